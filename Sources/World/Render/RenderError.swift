/// Why a picture could not be rendered; ``description`` makes one sentence of the facts.
public enum RenderError: Error, Equatable, Sendable {
    /// The ray-casting library refused; `detail` is its own text.
    case rayCasting(detail: String)
    /// Numbers that are no camera; `detail` says which rule is broken.
    case badCamera(detail: String)
    /// A mesh whose arrays do not fit together.
    case badSurface(part: Part, detail: String)
    /// An option or light outside its range.
    case badOption(name: String, found: String, expected: String)
    /// Two renders that should show the same meshes do not.
    case notAlike(detail: String)
}

extension RenderError: CustomStringConvertible {
    /// One sentence: what was expected, what was found, where, what to try.
    public var description: String {
        switch self {
        case .rayCasting(let detail):
            "Embree could not cast rays (\(detail)): check that its library is installed and that "
                + "memory is left."
        case .badCamera(let detail):
            "The camera is not valid (\(detail)): give 16 numbers of a rigid camera-to-world matrix "
                + "and 9 of its intrinsics, row by row."
        case .badSurface(let part, let detail):
            "The mesh of part '\(part)' cannot be rendered (\(detail))."
        case .badOption(let name, let found, let expected):
            "The \(name) is \(found), and it must be \(expected)."
        case .notAlike(let detail):
            "No correspondence exists between these renders (\(detail)): render both from meshes "
                + "of one topology."
        }
    }
}

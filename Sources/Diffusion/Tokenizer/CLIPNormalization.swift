/// What happens to a text before it is split into words.
enum CLIPNormalization {
    /// Form C, runs of white space as one space, lower case: in this order, scalar by scalar.
    ///
    /// Lower case knows no context here (Σ is always σ) and is not normalised again (İ becomes two).
    static func normalized(
        _ text: ArraySlice<Unicode.Scalar>, _ composer: inout CanonicalComposer
    ) -> [Unicode.Scalar] {
        var scalars = Array(text)
        composer.compose(&scalars)
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(scalars.count)
        var isAfterSpace = false
        for scalar in scalars {
            if CLIPWords.isSpace(scalar) {
                if !isAfterSpace { result.append(" ") }
                isAfterSpace = true
                continue
            }
            isAfterSpace = false
            switch scalar.value {
            case 0x41...0x5A:
                result.append(Unicode.Scalar(UInt8(scalar.value) + 0x20))
            case ..<0x80:
                result.append(scalar)
            default:
                result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return result
    }
}

/// GPT-2's way to write any byte as one printable character (Radford et al. 2019, §2.2).
enum ByteLevel {
    /// The character of each byte: itself if it prints, else one from U+0100 on.
    static let characters: [Unicode.Scalar] = {
        var next: UInt32 = 0x100
        return (0..<256).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(UInt8(byte))
            default:
                defer { next += 1 }
                return Unicode.Scalar(next) ?? " "
            }
        }
    }()

    /// The byte of each character.
    static let bytes = Dictionary(
        uniqueKeysWithValues: characters.enumerated().map { ($0.element, UInt8($0.offset)) })
}

import ArgumentParser
import Faces

/// `likeness model convert-flame FILE -o OUT`.
struct ModelConvertFLAME: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert-flame",
        abstract: "Write your licensed FLAME model as safetensors.",
        discussion: """
            Takes generic_model.pkl of FLAME 2020 as its authors give it out. The pickle is read by \
            an allowlist that can rebuild arrays and nothing else. FLAME's licence holds for the \
            result as for the original: neither may be passed on.
            """)

    @Argument(help: "generic_model.pkl, female_model.pkl or male_model.pkl.")
    var file: String

    @Option(name: .shortAndLong, help: "The safetensors file to write.")
    var output: String

    @Option(help: "SMIRK's l_eyelid.npy: how the left lid closes.")
    var leftEyelid: String?

    @Option(help: "SMIRK's r_eyelid.npy, with --left-eyelid.")
    var rightEyelid: String?

    @Option(help: "The face's vertices: FLAME_masks.pkl, or a .npy of numbers.")
    var faceRegion: String?

    @Flag(help: "Replace an existing output file.")
    var force = false

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let input: String
        let output: String
        let vertexCount: Int
        let faceCount: Int
        let shapeCount: Int
        let expressionCount: Int
        let hasEyelids: Bool
        let faceRegionCount: Int?
    }

    func validate() throws {
        guard (leftEyelid == nil) == (rightEyelid == nil) else {
            throw ValidationError("expected both --left-eyelid and --right-eyelid, or neither")
        }
    }

    func run() throws {
        try reporting.run {
            try Output.check(output, force: force)
            let head = try FLAMEConversion.head(
                from: file, leftEyelid: leftEyelid, rightEyelid: rightEyelid,
                faceRegion: faceRegion)
            try head.save(to: output)
            let report = Report(
                input: file, output: output, vertexCount: head.vertexCount,
                faceCount: head.faceCount, shapeCount: head.shapeCount,
                expressionCount: head.expressionCount, hasEyelids: head.lEyelid != nil,
                faceRegionCount: head.faceVertexIds?.count)
            try reporting.result(report, text: text(report))
            if leftEyelid == nil {
                reporting.remark("likeness: the head has no eyelid shapes; --left-eyelid adds them")
            }
        }
    }

    private func text(_ report: Report) -> String {
        let counts =
            "\(Format.count(report.vertexCount)) vertices, "
            + "\(Format.count(report.faceCount)) faces, \(report.shapeCount) shape and "
            + "\(report.expressionCount) expression components"
        return "\(output): \(counts)\(report.hasEyelids ? ", eyelids" : "")"
    }
}

import ArgumentParser
import Diffusion
import ICPortrait

/// `likeness model export DIR -o OUT`.
struct ModelExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a model folder anew, checked, for diffusers and other programs.",
        discussion: """
            Takes a pipeline's folder or a single network's. Every network's names and shapes are \
            checked before anything is written; old names come out as today's, .bin files as \
            safetensors; settings and vocabularies are copied. The new folder appears complete or \
            not at all. One of IC-Portrait's nets is written as a ControlNetModel of diffusers, \
            whose condition is the canvas of latents.
            """)

    @Argument(help: "A folder with a model_index.json, or one network's folder.")
    var folder: String

    @Option(name: .shortAndLong, help: "The folder to write.")
    var output: String

    @Option(help: "Convert weights to fp32, fp16 or bf16.")
    var dtype: ComputeType?

    @Option(help: "Prefer these weights where there are several, such as fp16.")
    var variant: String?

    @OptionGroup var sharding: Sharding

    @Flag(help: "Replace an existing model folder.")
    var force = false

    @OptionGroup var reporting: Reporting

    func run() throws {
        try reporting.run {
            try Output.checkFolder(output, force: force)
            if (try? ModelFolder(folder).kind()) == .latentControlNet {
                try NetFolder.export(folder, to: output, replacing: force)
                let report = try FolderReport(output)
                return try reporting.result(report, text: report.text)
            }
            let export = try ModelFolderExport(folder, variant: variant, dtype: dtype?.dtype)
            try export.write(
                to: output, maximumShardByteCount: sharding.maxShardSize.byteCount,
                replacing: force
            ) { done, total in reporting.progress(done, of: total, "written") }
            var report = try FolderReport(output)
            report.notes = export.notes
            try reporting.result(report, text: report.text)
            for note in export.notes { reporting.remark("likeness: \(note)") }
        }
    }
}

import Foundation
import TestSupport
import Testing

/// What `likeness bench` says, not how fast this machine is.
@Suite struct BenchCommandTests {
    private static let shared = ["median_s", "gflops", "peak_share", "peak_memory_bytes"]

    private func json(_ outcome: CommandLineTool.Outcome) throws -> [String: Any] {
        #expect(outcome.code == 0, "\(outcome.errors)")
        return try #require(
            JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    }

    private func expectPositive(_ report: [String: Any], _ keys: [String]) {
        for key in keys {
            #expect((report[key] as? Double ?? 0) > 0, "\(key): \(report[key] ?? "none")")
        }
    }

    @Test(arguments: ["controlnet", "unet"])
    func aTrainingStepIsTimed(_ network: String) throws {
        let report = try json(
            CommandLineTool.run(
                [
                    "bench", "train", "--network", network, "--like", "miniature", "--size", "64",
                    "--rounds", "1", "--json", "-q",
                ], in: Folder()))
        expectPositive(report, Self.shared)
        #expect(report["network"] as? String == "training step of \(network)")
    }

    @Test func loadingIsTimedInProcessesOfTheirOwn() throws {
        let folder = try Folder()
        let made = try CommandLineTool.run(
            [
                "model", "init", "--like", "sd15", "--tiny", "--only", "unet", "--dtype", "fp16",
                "-o", "model", "-q",
            ], in: folder)
        #expect(made.code == 0, "\(made.errors)")
        let report = try json(
            CommandLineTool.run(
                ["bench", "load", "model/unet", "--rounds", "2", "--json", "-q"], in: folder))
        expectPositive(report, ["median_s", "peak_memory_bytes", "file_bytes"])
        let loads = try #require(report["loads"] as? [[String: Any]])
        #expect(loads.count == 2)
        for load in loads { expectPositive(load, ["load_s", "first_step_s", "second_step_s"]) }
    }

    @Test func trainingInHalfIsRefused() throws {
        let outcome = try CommandLineTool.run(
            ["bench", "train", "--dtype", "fp16"], in: Folder())
        #expect(outcome.code != 0 && outcome.errors.contains("expected fp32 or bf16"))
    }
}

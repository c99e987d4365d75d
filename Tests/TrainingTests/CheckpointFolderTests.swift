import Foundation
import TestSupport
import Testing
import Torch
import Training

@Suite struct CheckpointFolderTests {
    private func files(_ value: Double) throws -> [String: [String: Tensor]] {
        ["model.safetensors": ["w": try .full([64], value)]]
    }

    @Test func keepsTheNewest() throws {
        try withTemporaryFolder { path in
            let folder = try CheckpointFolder("\(path)/c", keep: 2)
            for step in [10, 20, 30] {
                try folder.save(step: step, configuration: "x", files: files(Double(step)))
            }
            #expect(folder.steps == [20, 30])
            #expect(folder.latest()?.state.step == 30)
            #expect(folder.latest()?.state.configuration == "x")
        }
    }

    @Test(arguments: ["cut", "flipped", "missing", "state"])
    func fallsBackFromADamagedOne(_ damage: String) throws {
        try withTemporaryFolder { path in
            let folder = try CheckpointFolder("\(path)/c")
            try folder.save(step: 1, configuration: "x", files: files(1))
            try folder.save(step: 2, configuration: "x", files: files(2))
            let file = "\(folder.folder(of: 2))/model.safetensors"
            var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
            switch damage {
            case "cut": bytes.removeLast(3)
            case "flipped": bytes[bytes.count - 5] ^= 1
            case "missing": try FileManager.default.removeItem(atPath: file)
            default:
                try Data("{".utf8).write(
                    to: URL(fileURLWithPath: "\(folder.folder(of: 2))/state.json"))
            }
            if damage == "cut" || damage == "flipped" {
                try bytes.write(to: URL(fileURLWithPath: file))
            }
            var said: [String] = []
            #expect(folder.latest { said.append($0) }?.state.step == 1)
            #expect(said.count == 1)
            #expect(said.first?.contains("step-00000002") == true)
        }
    }

    @Test func sweepsWhatKilledSavesLeft() throws {
        try withTemporaryFolder { path in
            _ = try CheckpointFolder("\(path)/c")
            try FileManager.default.createDirectory(
                atPath: "\(path)/c/.tmp-7", withIntermediateDirectories: true)
            _ = try CheckpointFolder("\(path)/c")
            #expect(!FileManager.default.fileExists(atPath: "\(path)/c/.tmp-7"))
        }
    }

    @Test func aFailedSaveLeavesTheOthersAlone() throws {
        try withTemporaryFolder { path in
            let folder = try CheckpointFolder("\(path)/c")
            try folder.save(step: 1, configuration: "x", files: files(1))
            #expect(throws: (any Error).self) {
                // A name that no file system takes.
                try folder.save(
                    step: 2, configuration: "x",
                    files: [String(repeating: "n", count: 300): ["w": try .ones([1])]])
            }
            #expect(folder.steps == [1])
            #expect(folder.latest()?.state.step == 1)
        }
    }

    @Test func aReaderLeavesAnothersSaveAlone() throws {
        try withTemporaryFolder { path in
            let manager = FileManager.default
            let growing = "\(path)/c/.tmp-4"
            try manager.createDirectory(atPath: growing, withIntermediateDirectories: true)
            #expect(CheckpointFolder(reading: "\(path)/c").steps == [])
            #expect(manager.fileExists(atPath: growing))
            _ = try CheckpointFolder("\(path)/c")
            #expect(!manager.fileExists(atPath: growing))
            #expect(CheckpointFolder(reading: "\(path)/none").steps == [])
            #expect(!manager.fileExists(atPath: "\(path)/none"))
        }
    }
}

import Checkpoints
import Testing
import Torch

/// Fixtures written by Reference/checkpoints/write_fixtures.py with torch 2.13.
@Suite struct TorchArchiveTests {
    static let files = [
        "zip-protocol2.pth", "zip-protocol4.pth", "zip-protocol5.pth", "zip-training.pth",
        "legacy-protocol2.pth", "legacy-protocol4.pth",
    ]

    @Test(arguments: files)
    func readsWhatTorchWrote(_ name: String) throws {
        let file = try TorchArchive(fixture(name))
        let expected = try SafetensorsFile(fixture("torch.safetensors"))
        #expect(file.entries.map(\.name).sorted() == expected.entries.map(\.name).sorted())
        for entry in file.entries {
            let other = try expected.entry(named: entry.name)
            #expect(entry.dtype == other.dtype)
            #expect(entry.shape == other.shape)
            #expect(try file.bytes(of: entry) == expected.bytes(of: other), "\(entry.name)")
        }
    }

    @Test func mapsContiguousTensorsAndTellsTheOthersApart() throws {
        let file = try TorchArchive(fixture("zip-protocol2.pth"))
        let mapping = try file.map(file.path)
        for entry in file.entries {
            guard let range = entry.byteRange else { continue }
            #expect(try mapping.bytes(in: range) == file.bytes(of: entry), "\(entry.name)")
        }
        let scattered = file.entries.filter { $0.byteRange == nil }.map(\.name)
        #expect(scattered == ["transposed", "column", "every_other", "expanded"])
    }

    @Test func keepsEverythingElseInTheTree() throws {
        let root = try TorchArchive(fixture("zip-training.pth")).root
        #expect(root["epoch"] == .integer(3))
        #expect(root["lr"] == .number(1e-3))
        #expect(root["name"] == .string("run é"))
        #expect(root["seed"] == .bigInteger([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]))
        #expect(root["best"] == TorchValue.none)
        #expect(root["tags"] == .list([.string("a"), .list([.string("b"), .bool(true)])]))
        #expect(root["size"] == .list([.integer(1), .integer(2)]))
        #expect(root["device"] == .string("cpu"))
        #expect(root["dtype"] == .dtype(.float16))
    }

    @Test func findsTheWeightsAndKeepsRawNames() throws {
        let training = try TorchArchive(fixture("zip-training.pth"))
        #expect(training.rawTensors.first?.name == "state_dict.module.matrix")
        #expect(training.entries.first?.name == "matrix")
        // params_ema is preferred; what it leaves behind is still in the tree.
        let averaged = try TorchArchive(fixture("legacy-protocol4.pth"))
        #expect(averaged.rawTensors.map(\.name).contains("params.other"))
        #expect(!averaged.entries.map(\.name).contains("other"))
    }

    @Test func knowsSharedStoragesAndParameters() throws {
        let file = try TorchArchive(fixture("legacy-protocol2.pth"))
        let tensors = Dictionary(uniqueKeysWithValues: file.rawTensors.map { ($0.name, $0.tensor) })
        #expect(tensors["matrix"]?.storage == tensors["transposed"]?.storage)
        #expect(tensors["row"]?.byteOffset == 16)
        #expect(tensors["parameter"]?.requiresGrad == true)
        #expect(tensors["matrix"]?.requiresGrad == false)
    }

    @Test func refusesTwoTensorsOfOneName() throws {
        let inner = Pickle.emptyDictionary + Pickle.text("b") + Pickle.tensor() + Pickle.setItem
        let pickle = Pickle.program(
            Pickle.emptyDictionary, Pickle.text("a.b"), Pickle.tensor(), Pickle.setItem,
            Pickle.text("a"), inner, Pickle.setItem)
        let folder = try Folder()
        let path = try folder.write(Pickle.legacy(pickle), "x.pth")
        #expect(
            sentence { _ = try TorchArchive(path) }
                == "x.pth: tensor \"a.b\": expected every name once, found two tensors so named.")
    }

    @Test func warnsOfStoragesWithoutTensors() throws {
        let folder = try Folder()
        let zip = Zip.torch().changed {
            $0.members.append(Zip.Member(name: "archive/data/1", bytes: [1]))
        }
        let file = try TorchArchive(try folder.write(zip.bytes, "x.pth"))
        #expect(file.entries.count == 1)
        #expect(file.warnings == ["storage \"data/1\" belongs to no tensor"])
    }

    struct Legacy: Sendable {
        var keys = ["0"]
        var count = 4
        var bytes = 16
        let says: String
    }

    @Test(arguments: [
        Legacy(
            count: 5,
            says:
                "storage \"0\": expected 16 bytes, preceded by their count, found 16 bytes after a count of 5."
        ),
        Legacy(
            bytes: 12,
            says:
                "storage \"0\": expected 16 bytes, preceded by their count, found 12 bytes after a count of 4."
        ),
        Legacy(
            count: -1,
            says:
                "storage \"0\": expected 16 bytes, preceded by their count, found 16 bytes after a count of 0."
        ),
        Legacy(
            bytes: 17,
            says:
                "expected the file to end at byte 280, found 281; the file is damaged or incomplete, fetch it again."
        ),
        Legacy(
            keys: [],
            says:
                "expected a list of 1 storage keys, found another value at byte 264 of the pickle; the file is damaged or was not written by torch.save."
        ),
        Legacy(
            keys: ["1"],
            says:
                "expected each storage's key once, found another value at byte 0 of the pickle; the file is damaged or was not written by torch.save."
        ),
    ])
    func refusesLegacyStoragesThatDoNotFit(_ legacy: Legacy) throws {
        let folder = try Folder()
        let file = Pickle.legacy(
            Pickle.state(Pickle.tensor()), keys: legacy.keys, count: legacy.count,
            bytes: legacy.bytes)
        let path = try folder.write(file, "x.pth")
        let found = try #require(sentence { _ = try TorchArchive(path) })
        // Places depend on the length of the pickle by hand; the words do not.
        let digits: (String) -> String = { $0.filter { !$0.isNumber } }
        #expect(digits(found) == digits("x.pth: " + legacy.says), "\(found)")
    }

    /// Damaged files of both formats: refused or read, never a crash. Reading is part of it.
    @Test func survivesTwentyThousandMutants() throws {
        var random = SeededGenerator(state: 2)
        let folder = try Folder()
        let seeds =
            try (Self.files.map { try contents(fixture($0)) })
            + [Pickle.legacy(Pickle.state(Pickle.tensor())), Zip.torch().bytes]
        var opened = 0
        for k in 0..<24_000 {
            var bytes = seeds[k % seeds.count]
            Self.damage(&bytes, &random)
            // A damaged pickle in a zip needs a new checksum to be looked at.
            if k % 4 == 0 {
                bytes = Pickle.state(Pickle.tensor())
                Self.damage(&bytes, &random)
                bytes = Zip.torch(bytes).bytes
            }
            // No rename and no flush here: speed matters, crashes do not.
            let path = try folder.write(bytes, "m.pth")
            guard let file = try? openCheckpoint(path) else { continue }
            opened += 1
            for entry in file.entries { _ = try? file.bytes(of: entry) }
        }
        #expect((100..<20_000).contains(opened), "\(opened) opened")
    }

    private static func damage(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let telling: [UInt8] = [0, 1, 0x28, 0x2E, 0x51, 0x52, 0x62, 0x7F, 0x80, 0xFF]
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let at = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[at] = UInt8.random(in: 0...255, using: &random)
            case 2: bytes[at] = telling[Int.random(in: 0..<telling.count, using: &random)]
            case 3: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
            case 4:
                let end = at + Int.random(in: 1...8, using: &random)
                bytes.removeSubrange(at..<max(at, min(end, bytes.count - 1)))
            default:
                let end = min(at + 4, bytes.count)
                bytes.replaceSubrange(at..<end, with: [0xFF, 0xFF, 0xFF, 0x7F])
            }
        }
    }
}

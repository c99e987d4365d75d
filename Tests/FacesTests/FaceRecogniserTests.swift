import Checkpoints
import Faces
import Foundation
import Images
import Layers
import TestSupport
import Testing
import Torch

// Fixture and its recipe: Reference/faces/write_fixtures.py

/// A folder that goes away with the test.
final class ScratchFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/faces-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    static func / (folder: ScratchFolder, name: String) -> String { "\(folder.path)/\(name)" }
}

@Suite struct FaceRecogniserTests {
    @Test(arguments: SmallRecogniser.allCases)
    func readsAFolderAndALoneFile(_ small: SmallRecogniser) throws {
        let folder = try ScratchFolder()
        let parameters = try small.parameters()
        try SafetensorsWriter.write(parameters, to: folder / "model.safetensors")
        try small.configuration.save(to: folder / "config.json")
        let wrapped = Dictionary(uniqueKeysWithValues: parameters.map { ("module.\($0)", $1) })
        try SafetensorsWriter.write(wrapped, to: folder / "backbone.safetensors")

        let fixture = try Fixture("faces/recognition")
        let faces = try fixture["\(small.rawValue).faces"]
        let expected = try fixture["\(small.rawValue).y"]
        let whole = try FaceRecogniser(folder.path)
        #expect(whole.network.configuration == small.configuration)
        #expect(whole.alignment.size == small.configuration.inputSize)
        let embeddings = try whole(faces, batch: 2)
        let lengths = try expected.norm([-1], keepDims: true)
        try expectClose(embeddings, expected / lengths, within: 1e-5)
        // Sizes can be told from the tensors, the side of the face in steps of 16 pixels.
        let lone = try FaceRecogniser(folder / "backbone.safetensors")
        #expect(lone.network.configuration.network == small.configuration.network)
        let side = small.configuration.inputSize
        #expect(lone.network.configuration.inputSize == (side + 15) / 16 * 16)
    }

    @Test func aMirrorImageEmbedsAlikeOnceBothCount() throws {
        let (network, store) = try SmallRecogniser.iresnet40.build()
        var recogniser = FaceRecogniser(network, store: store)
        let bytes = try Fixture("faces/recognition")["iresnet40.faces"]
        let faces = try bytes.to(.float32) / 127.5 - 1
        let flipped = try faces.flipped([3])
        let single = try (recogniser(faces), recogniser(flipped))
        recogniser.mirrors = true
        let both = try (recogniser(faces), recogniser(flipped))
        try expectClose(both.0, both.1, within: 1e-5)
        #expect(try (single.0 - single.1).abs().max().item() > 1e-3)
        // Of features before they have length 1.
        let sum = try network(faces) + network(flipped)
        try expectClose(both.0, sum / sum.norm([-1], keepDims: true), within: 1e-5)
    }

    @Test func embedsPicturesAsItEmbedsTheirBytes() throws {
        let (network, store) = try SmallRecogniser.iresnet40.build()
        let recogniser = FaceRecogniser(network, store: store)
        let bytes = try Fixture("faces/recognition")["iresnet40.faces"]
        let pictures = try (0..<3).map { index in
            try Image(
                width: 40, height: 40,
                pixels: bytes[index].permuted([1, 2, 0]).contiguous().toArray(UInt8.self))
        }
        let embeddings = try recogniser(pictures)
        #expect(try embeddings.isEqual(to: recogniser(bytes)))
        let table = try recogniser.similarity(embeddings.unsqueezed(0), embeddings.unsqueezed(1))
        try expectClose(table, embeddings.matmul(embeddings.transposed(0, 1)), within: 1e-5)
        #expect(try abs(table[1, 1].item() - 1) < 1e-5)
        #expect(try table[0, 1].item() < 0.9999)
    }

    @Test func saysWhatDoesNotFit() throws {
        let folder = try ScratchFolder()
        var parameters = try SmallRecogniser.iresnet40.parameters()
        parameters["bn2.weight"] = nil
        parameters["extra"] = try .zeros([1])
        try SafetensorsWriter.write(parameters, to: folder / "model.safetensors")
        try SmallRecogniser.iresnet40.configuration.save(to: folder / "config.json")
        let error = #expect(throws: FaceError.self) { try FaceRecogniser(folder.path) }
        #expect(
            error?.description
                == "\(folder.path)/model.safetensors: the weights do not fit "
                + "\(folder.path)/config.json: missing bn2.weight; unused extra")
    }

    @Test func namesTheNetworksItKnows() throws {
        let folder = try ScratchFolder()
        try SafetensorsWriter.write(
            ["head.weight": try .zeros([2, 2])], to: folder / "other.safetensors")
        let error = #expect(throws: FaceError.self) {
            try FaceRecogniser(folder / "other.safetensors")
        }
        #expect(error?.description.contains("expected the tensors of arcface_torch's") == true)
    }
}

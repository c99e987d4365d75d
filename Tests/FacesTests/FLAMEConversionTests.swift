import Checkpoints
import Faces
import Foundation
import Layers
import TestSupport
import Testing
import Torch

// Files and their recipe: Reference/flame/write_model.py
@Suite struct FLAMEConversionTests {
    private func path(_ name: String) -> String {
        Fixture.root.appendingPathComponent("Reference/flame/\(name)").path
    }

    @Test(arguments: ["model.pkl", "model_python3.pkl"], ["masks.pkl", nil])
    func convertsWhatPythonPickled(_ model: String, _ masks: String?) throws {
        let head = try FLAMEConversion.head(
            from: path(model), leftEyelid: path("l_eyelid.npy"),
            rightEyelid: path("r_eyelid.npy"), faceRegion: masks.map(path))
        let expected = try Fixture("flame/model")
        let tensors = try head.tensors()
        let names = expected.names.filter { masks != nil || $0 != "face_vertex_ids" }
        #expect(Set(tensors.keys) == Set(names))
        for name in names {
            let tensor = try #require(tensors[name])
            #expect(try tensor.isEqual(to: expected[name]), "\(name)")
        }
        #expect(head.shapeCount == 300 && head.expressionCount == 50)
    }

    @Test func leavesEyelidsAndRegionOutIfNotGiven() throws {
        let head = try FLAMEConversion.head(from: path("model.pkl"))
        #expect(head.lEyelid == nil && head.rEyelid == nil && head.faceVertexIds == nil)
        #expect(try head(.init()).vertices.shape == [1, 6, 3])
    }

    @Test func saysWhatDoesNotFit() throws {
        let one = #expect(throws: ParameterError.self) {
            try FLAMEConversion.head(from: path("model.pkl"), leftEyelid: path("l_eyelid.npy"))
        }
        #expect(one?.description == "missing r_eyelid")
        let masks = #expect(throws: FaceError.self) {
            try FLAMEConversion.head(from: path("masks.pkl"))
        }
        #expect(
            masks?.description.hasSuffix(
                "masks.pkl: array J_regressor, f, kintree_table, posedirs, shapedirs, v_template, "
                    + "weights: expected to be there, found only face, nose; is this FLAME's own "
                    + "file?") == true)
        let other = #expect(throws: CheckpointError.self) {
            try FLAMEConversion.head(from: path("model.safetensors"))
        }
        #expect(
            other?.description.contains(
                "expected a Python pickle of protocol 2 to 5, found a safetensors file") == true)
        let picture = #expect(throws: CheckpointError.self) {
            try FLAMEConversion.head(from: path("model.pkl"), faceRegion: path("model.safetensors"))
        }
        #expect(picture?.description.contains("expected a NumPy .npy file") == true)
    }
}

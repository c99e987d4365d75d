import Checkpoints
import Faces
import Foundation
import Layers
import TestSupport
import Testing
import Torch

// Fixture and its recipe: Reference/flame/write_fixtures.py
@Suite struct FLAMETests {
    static let keys = ["shape", "expression", "globalPose", "neck", "jaw", "eyes", "eyelids"]

    /// A head of random tensors, four sets of parameters (one without rotation, one with more than
    /// half a turn, one nearly without), and what they give.
    private struct Case {
        let fixture: Fixture
        var tensors: [String: Tensor]
        var inputs: [String: Tensor] = [:]

        init() throws {
            fixture = try Fixture("flame/flame")
            tensors = try fixture.tensors(under: "head")
            for key in FLAMETests.keys { inputs[key] = try fixture["x.\(key)"] }
        }

        func head(_ dtype: DType = .float32) throws -> FLAME {
            try FLAME(tensors, shapeCount: 7, dtype: dtype)
        }

        var parameters: FLAME.Parameters {
            .init(
                shape: inputs["shape"], expression: inputs["expression"],
                globalPose: inputs["globalPose"], neck: inputs["neck"], jaw: inputs["jaw"],
                eyes: inputs["eyes"], eyelids: inputs["eyelids"])
        }
    }

    @Test func posesAsTheDescriptionSays() throws {
        let it = try Case()
        let (vertices, joints) = try it.head()(it.parameters)
        try expectClose(vertices, it.fixture["y.vertices"], within: 3e-6)
        try expectClose(joints, it.fixture["y.joints"], within: 3e-6)
    }

    @Test func posesInDoublePrecisionToTheLastDigits() throws {
        var it = try Case()
        for key in FLAMETests.keys { it.inputs[key] = try it.inputs[key]?.to(.float64) }
        let (vertices, joints) = try it.head(.float64)(it.parameters)
        try expectClose(vertices, it.fixture["y.vertices"], within: 1e-13)
        try expectClose(joints, it.fixture["y.joints"], within: 1e-13)
    }

    @Test(arguments: [(DType.float32, 1e-5), (.float64, 1e-12)])
    func hasTheDescriptionsGradients(_ dtype: DType, _ tolerance: Double) throws {
        var it = try Case()
        for key in FLAMETests.keys {
            it.inputs[key] = try it.inputs[key]?.to(dtype).requiresGrad(true)
        }
        let (vertices, joints) = try it.head(dtype)(it.parameters)
        let loss =
            try (vertices * it.fixture["seed.vertices"]).sum()
            + (joints * it.fixture["seed.joints"]).sum()
        try loss.backward()
        for key in FLAMETests.keys {
            let gradient = try #require(try it.inputs[key]?.grad())
            try expectClose(gradient, it.fixture["grads.\(key)"], within: tolerance, key)
        }
    }

    /// The check that the checks can fail: one thing wrong at a time.
    @Test func noticesEveryExchange() throws {
        let it = try Case()
        let expected = try it.fixture["y.vertices"]
        var cases: [String: Case] = [:]
        for (a, b) in [("l_eyelid", "r_eyelid")] {
            var wrong = it
            (wrong.tensors[a], wrong.tensors[b]) = (it.tensors[b], it.tensors[a])
            cases["\(a) for \(b)"] = wrong
        }
        for key in ["v_template", "shapedirs", "posedirs", "J_regressor", "lbs_weights"] {
            var wrong = it
            wrong.tensors[key] = try it.tensors[key]?.flipped([0])
            cases["\(key) upside down"] = wrong
        }
        var chain = it
        chain.tensors["parents"] = try Tensor([-1, 0, 0, 1, 1])
        cases["jaw on the root"] = chain
        for (a, b) in [("neck", "jaw"), ("globalPose", "neck")] {
            var wrong = it
            (wrong.inputs[a], wrong.inputs[b]) = (it.inputs[b], it.inputs[a])
            cases["\(a) for \(b)"] = wrong
        }
        var eyes = it
        eyes.inputs["eyes"] = try it.inputs["eyes"]?.reshaped([4, 2, 3]).flipped([1])
            .reshaped([4, 6])
        cases["one eye for the other"] = eyes
        for (name, wrong) in cases.sorted(by: { $0.key < $1.key }) {
            try expectFar(wrong.head()(wrong.parameters).vertices, expected, beyond: 1e-4, name)
        }
    }

    @Test func takesMissingColumnsAndParametersForZero() throws {
        let it = try Case()
        let head = try it.head()
        let short = try #require(try it.inputs["shape"]?[.all, 0..<3])
        let padded = try Tensor.cat([short, .zeros([4, 4])], along: 1)
        let some = try head(.init(shape: short)).vertices
        let all = try head(
            .init(
                shape: padded, expression: .zeros([4, 4]), globalPose: .zeros([4, 3]),
                neck: .zeros([4, 3]), jaw: .zeros([4, 3]), eyes: .zeros([4, 6]),
                eyelids: .zeros([4, 2]))
        ).vertices
        try expectClose(some, all, within: 1e-6)
        // Nothing given: the template, but for the epsilon of Rodrigues' formula.
        let rest = try head(.init()).vertices
        #expect(rest.shape == [1, 40, 3])
        try expectClose(rest[0], head.vTemplate, within: 1e-6)
    }

    @Test func sharesAParameterOfBatchOne() throws {
        let it = try Case()
        let head = try it.head()
        let shape = try #require(try it.inputs["shape"]?[1..<2])
        let shared = try head(.init(shape: shape, jaw: it.inputs["jaw"]))
        let repeated = try head(.init(shape: shape.expanded([4, 7]), jaw: it.inputs["jaw"]))
        #expect(shared.vertices.shape == [4, 40, 3])
        try expectClose(shared.vertices, repeated.vertices, within: 1e-6)
    }

    /// Turning everything about the first joint is a rotation of the posed head.
    @Test func globalPoseIsARigidRotationAboutTheFirstJoint() throws {
        let it = try Case()
        let head = try it.head(.float64)
        let jaw = try it.inputs["jaw"]?.to(.float64)[0..<1]
        let still = try head(.init(jaw: jaw))
        let turned = try head(
            .init(globalPose: Tensor([0, Double.pi / 2, 0], shape: [1, 3]), jaw: jaw))
        // A quarter turn about y takes (x, y, z) to (z, y, -x).
        let root = try still.joints[.all, 0..<1]
        let v = try (still.vertices - root).unbound(along: -1)
        let expected = try Tensor.stack([v[2], v[1], -v[0]], along: -1) + root
        // The epsilon of 1e-8 turns the axis a little.
        try expectClose(turned.vertices, expected, within: 1e-7)
    }

    @Test func comesBackFromAFile() throws {
        let it = try Case()
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(UUID().uuidString).safetensors").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let head = try it.head()
        try head.save(to: path, metadata: ["source": "random numbers"])
        let file = try Checkpoint(path)
        #expect(Set(file.names) == Set(it.tensors.keys))
        for (name, tensor) in it.tensors {
            #expect(try file.tensor(named: name).isEqual(to: tensor), "\(name)")
        }
        #expect(file.reader.metadata["source"] == "random numbers")
        let again = try FLAME.load(path)
        #expect(again.shapeCount == 7 && again.expressionCount == 4)
        let expected = try head(it.parameters).vertices
        #expect(try again(it.parameters).vertices.isEqual(to: expected))
    }

    @Test func reportsEverythingWrongWithAFileAtOnce() throws {
        var tensors = try Case().tensors
        tensors["posedirs"] = nil
        tensors["r_eyelid"] = nil
        tensors["lmk_faces_idx"] = try Tensor([1])
        tensors["lbs_weights"] = try .zeros([40, 4])
        let error = #expect(throws: ParameterError.self) {
            try FLAME(tensors, shapeCount: 7)
        }
        #expect(
            error?.description == "missing posedirs, r_eyelid; expected lbs_weights [40, 5], found "
                + "[40, 4]; unused lmk_faces_idx")
    }

    @Test func refusesWhatCannotBeAHead() throws {
        let it = try Case()
        func refusal(_ body: () throws -> Void) -> String? {
            #expect(throws: FaceError.self, performing: body)?.description
        }
        func with(_ key: String, _ tensor: Tensor) throws -> FLAME {
            var tensors = it.tensors
            tensors[key] = tensor
            return try FLAME(tensors, shapeCount: 7)
        }
        let head = try it.head()
        #expect(
            refusal { _ = try FLAME(it.tensors, shapeCount: 12) }
                == "shapeCount: expected 0 to 11, the components of shapedirs, found 12")
        #expect(
            refusal { _ = try with("parents", Tensor([-1, 0, 3, 1, 1])) }
                == "parents: expected -1, and then the number of an earlier joint for each, found "
                + "[-1, 0, 3, 1, 1]")
        #expect(
            refusal { _ = try with("faces_tensor", Tensor([0, 1, 40], shape: [1, 3])) }
                == "faces_tensor: expected vertices 0 to 39, found vertex 40")
        #expect(
            refusal { _ = try head(.init(shape: .zeros([1, 8]))) }
                == "shape: expected a tensor of shape [1, up to 7], found [1, 8]")
        #expect(
            refusal { _ = try head(.init(shape: .zeros([3, 7]), jaw: .zeros([2, 3]))) }
                == "jaw: expected a tensor of shape [3 or 1, 3], found [2, 3]")
        var lidless = it.tensors
        lidless["l_eyelid"] = nil
        lidless["r_eyelid"] = nil
        let open = try FLAME(lidless, shapeCount: 7)
        #expect(
            refusal { _ = try open(it.parameters) }?.hasPrefix("eyelids: expected a head") == true)
    }
}

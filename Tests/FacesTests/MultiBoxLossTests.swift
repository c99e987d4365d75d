import Faces
import Layers
import TestSupport
import Testing
import Torch

// Fixture and its recipe: Reference/faces/write_fixtures.py
@Suite struct MultiBoxLossTests {
    private struct Batch {
        let fixture: Fixture
        let priors: PriorBoxes
        let leaves: [Tensor]
        var faces: [[FaceTarget]] = []

        init() throws {
            fixture = try Fixture("faces/detection")
            priors = try PriorBoxes(
                width: 128, height: 96, minSizes: [[8, 16], [24, 32], [48, 64]])
            let generator = try Generator(seed: 17)
            leaves = try [4, 2, 10].map {
                try Tensor.randn([4, 504, $0], generator: generator).requiresGrad(true)
            }
            for picture in 0..<4 {
                let rows = try fixture["loss.faces.\(picture)"]
                faces.append(
                    try (0..<rows.shape[0]).map { index in
                        let row: [Float] = try rows[index].toArray()
                        return FaceTarget(
                            box: SIMD4(row[0], row[1], row[2], row[3]),
                            points: row[14] > 0 ? Array(row[4..<14]) : nil)
                    })
            }
        }

        var output: RetinaFace.Output {
            .init(boxes: leaves[0], logits: leaves[1], landmarks: leaves[2])
        }
    }

    @Test func equalsTheReferenceWithItsGradients() throws {
        let batch = try Batch()
        let losses = try MultiBoxLoss()(batch.output, batch.priors, batch.faces)
        try expectClose(losses.boxes, batch.fixture["loss.boxes"], within: 1e-6)
        try expectClose(losses.classes, batch.fixture["loss.classes"], within: 1e-6)
        try expectClose(losses.landmarks, batch.fixture["loss.landmarks"], within: 1e-6)
        try losses.total.backward()
        for (leaf, name) in zip(batch.leaves, ["boxes", "logits", "landmarks"]) {
            try expectClose(
                #require(try leaf.grad()), batch.fixture["loss.grads.\(name)"], within: 1e-5, name)
        }
        // A face that is given points where it has none changes the points' loss.
        var pointed = batch.faces
        pointed[3][0].points = Array(repeating: 0.5, count: 10)
        let other = try MultiBoxLoss()(batch.output, batch.priors, pointed)
        try expectFar(other.landmarks, losses.landmarks)
        try expectClose(other.boxes, losses.boxes, within: 0)
    }

    @Test func rightAnswersCostNothing() throws {
        let batch = try Batch()
        let faces = [batch.faces[0]]
        // Boxes of each anchor's own face: all faces alike, so that any match is right.
        let face = FaceTarget(box: faces[0][0].box, points: faces[0][0].points)
        let count = batch.priors.count
        let box = try Tensor([face.box.x, face.box.y, face.box.z, face.box.w], shape: [1, 1, 4])
        let points = try Tensor(#require(face.points), shape: [1, 1, 10])
        let output = RetinaFace.Output(
            boxes: try batch.priors.encode(boxes: box.expanded([1, count, 4])),
            logits: try .zeros([1, count, 2]),
            landmarks: try batch.priors.encode(points: points.expanded([1, count, 10])))
        let losses = try MultiBoxLoss()(output, batch.priors, [[face]])
        #expect(try losses.boxes.item() < 1e-6)
        #expect(try losses.landmarks.item() < 1e-6)
        // Even odds cost ln 2 for an anchor of the face and for seven of the background.
        #expect(try abs(losses.classes.item() - 8 * 0.693147) < 1e-3)
    }

    @Test func aBatchWithoutFacesCostsNothing() throws {
        let batch = try Batch()
        let losses = try MultiBoxLoss()(batch.output, batch.priors, [[], [], [], []])
        #expect(try losses.total.item() == 0)
        try losses.total.backward()
        #expect(try batch.leaves[1].grad()?.abs().max().item() ?? 0 == 0)
    }

    @Test func refusesABoxInsideOut() throws {
        let batch = try Batch()
        let wrong = FaceTarget(box: SIMD4(0.5, 0.1, 0.2, 0.3), points: nil)
        let error = #expect(throws: FaceError.self) {
            try MultiBoxLoss()(batch.output, batch.priors, [[], [], [wrong], []])
        }
        #expect(
            error?.description
                == "box of a face in picture 2: expected left < right and top < bottom, found 0.5, "
                + "0.1, 0.2, 0.3")
    }
}

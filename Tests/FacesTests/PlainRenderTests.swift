import Faces
import TestSupport
import Testing
import Torch

// Fixture and its recipe: Reference/flame/write_fixtures.py
@Suite struct PlainRenderTests {
    let fixture: Fixture
    let vertices, camera, faces: Tensor

    init() throws {
        fixture = try Fixture("flame/render")
        vertices = try fixture["vertices"].unsqueezed(0)
        camera = try fixture["camera"].unsqueezed(0)
        faces = try fixture["faces"]
    }

    private func inCrop(_ vertices: Tensor? = nil, faces: Tensor? = nil) throws -> PlainRendering {
        let render = try PlainRender(
            faces: faces ?? self.faces, vertexCount: 140, keeping: fixture["region"])
        return try render(vertices ?? self.vertices, camera: camera, width: 64, height: 64)
    }

    private func inFrame(shift: Double = 0) throws -> PlainRendering {
        let inverse = try fixture["inverse"].unsqueezed(0).cloned()
        try inverse[.all, 0, 2].copy(from: inverse[.all, 0, 2] + shift)
        return try PlainRender(faces: faces, vertexCount: 140)(
            vertices, camera: camera, crop: 64, inverse: inverse, width: 72, height: 50)
    }

    private func expectEqual(_ found: PlainRendering, _ name: String) throws {
        let index = try fixture["\(name).faceIndex"]
        #expect(try found.faceIndex[0].isEqual(to: index))
        try expectClose(found.image[0], fixture["\(name).image"], within: 1e-5, "image")
        // z lies near 10, where single precision has steps of 1e-6.
        try expectClose(found.z[0], fixture["\(name).z"], within: 1e-6, "z")
        let weights = try (found.barycentrics[0] - fixture["\(name).barycentrics"]).abs().max()
        #expect(try weights.item() < 1e-4, "barycentrics \(weights)")
    }

    @Test func rendersTheFaceRegionInTheCrop() throws { try expectEqual(inCrop(), "crop") }

    @Test func rendersTheWholePictureThroughTheCropsInverse() throws {
        try expectEqual(inFrame(), "frame")
    }

    /// The check that the checks can fail.
    @Test func noticesFlipsAndHalfAPixel() throws {
        let image = try fixture["crop.image"]
        let mirror = try Tensor([Float(-1), 1, 1]), over = try Tensor([Float(1), -1, 1])
        try expectFar(inCrop(vertices * mirror).image[0], image, beyond: 0.01, "left for right")
        try expectFar(inCrop(vertices * over).image[0], image, beyond: 0.01, "up for down")
        try expectFar(inCrop(faces: faces.flipped([1])).image[0], image, beyond: 0.01, "winding")
        let frame = try fixture["frame.image"]
        try expectFar(inFrame(shift: 0.5).image[0], frame, beyond: 0.01, "half a pixel")
    }

    /// A crop that is the whole picture: both ways of rendering are one.
    @Test func identityOfCropAndPictureChangesNothing() throws {
        let render = try PlainRender(faces: faces, vertexCount: 140)
        let identity = try Tensor([Float(1), 0, 0, 0, 1, 0], shape: [1, 2, 3])
        let plain = try render(vertices, camera: camera, width: 64, height: 64)
        let framed = try render(
            vertices, camera: camera, crop: 64, inverse: identity, width: 64, height: 64)
        #expect(try plain.faceIndex.isEqual(to: framed.faceIndex))
        try expectClose(plain.image, framed.image, within: 1e-4)
    }

    @Test func projectsRightAndDownAndAway() throws {
        let points = try Tensor([Float(1), 2, 3], shape: [1, 1, 3])
        let camera = try Tensor([Float(2), 0.5, -1], shape: [1, 3])
        let projected = try PlainRender.project(points, camera: camera)
        #expect(try projected.toArray(Float.self) == [3, -2, -6])
    }

    /// A wall that faces the viewer: each light's share by hand, 180/255 · 1.7 · (4/√3 + 1) / 5.
    @Test func lightsAWallAsComputedByHand() throws {
        let corners: [Float] = [-2, -2, 0, 2, -2, 0, 2, 2, 0, -2, 2, 0]
        let wall = try Tensor(corners, shape: [1, 4, 3])
        let render = try PlainRender(
            faces: Tensor([0, 1, 2, 0, 2, 3], shape: [2, 3]), vertexCount: 4)
        let image = try render(
            wall, camera: Tensor([Float(1), 0, 0], shape: [1, 3]), width: 9, height: 9
        ).image
        let expected: Double = 180 / 255 * 1.7 * (4 / 3.0.squareRoot() + 1) / 5
        // The diagonal runs through pixel centres, which belong to neither triangle.
        #expect(try abs(image[0, 1, 2].item() - expected) < 1e-6)
        #expect(try image[0, 4, 4].item() == 0)
    }

    @Test func refusesWhatItCannotDraw() throws {
        func refusal(_ body: () throws -> Void) -> String? {
            #expect(throws: FaceError.self, performing: body)?.description
        }
        let render = try PlainRender(faces: faces, vertexCount: 140)
        #expect(
            refusal { _ = try PlainRender(faces: faces, vertexCount: 100) }?
                .hasPrefix("faces: expected vertices 0 to 99, found vertex") == true)
        #expect(
            refusal {
                _ = try PlainRender(faces: faces, vertexCount: 140, keeping: Tensor([140]))
            } == "face region: expected vertices 0 to 139, found vertex 140")
        #expect(
            refusal { _ = try render(vertices, camera: .zeros([2, 3]), width: 8, height: 8) }
                == "camera: expected a tensor of shape [1, 3], found [2, 3]")
        #expect(
            refusal {
                _ = try render(.zeros([1, 7, 3]), camera: camera, width: 8, height: 8)
            } == "vertices: expected a tensor of shape [B, 140, 3], found [1, 7, 3]")
        #expect(
            refusal { _ = try render(vertices, camera: camera, width: 0, height: 8) }
                == "size: expected sides of 1 to 16384 pixels, found 0 x 8")
    }
}

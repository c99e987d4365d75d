import Testing
import World

@Suite struct CameraTests {
    /// `LookAtPoseSampler.sample(pi / 2, pi / 2, (0, 0, 0.2), radius=2.7)` and FFHQ's focal length.
    static let frontal: [Float] = [
        1, 0, 0, 0, 0, -1, 0, 0, 0, 0, -1, 2.7, 0, 0, 0, 1,
        4.2647, 0, 0.5, 0, 4.2647, 0.5, 0, 0, 1,
    ]

    @Test func frontalPoseIsEG3Ds() throws {
        let scalars = try Camera.lookAt(yaw: 0, pitch: 0).eg3dScalars
        #expect(scalars.count == 25)
        for (ours, theirs) in zip(scalars, CameraTests.frontal) {
            #expect(abs(ours - theirs) < 1e-6)
        }
    }

    /// theta = pi/2 + 0.4, v = pi/2 - 0.2: origin = 2.7 (sin(phi) cos(pi - theta), cos(phi),
    /// sin(phi) sin(pi - theta)) with phi = arccos(1 - 2 v / pi), evaluated in Python.
    @Test func followsEG3DsSamplerAwayFromTheFront() throws {
        let camera = try Camera.lookAt(yaw: 0.4, pitch: -0.2)
        let expected = SIMD3<Float>(1.042_872_13, 0.343_774_68, 2.466_624_55)
        let miss = camera.origin - expected
        #expect((miss * miss).sum().squareRoot() < 1e-6)
        // It looks at the pivot.
        let towards = Shapes.unit([0, 0, 0.2] - camera.origin)
        #expect(Shapes.dot(towards, camera.forward) > 0.999_999)
        #expect(camera.right.y == 0 && camera.down.y < 0)
    }

    @Test func labelsSurviveReadingAndWriting() throws {
        let camera = try Camera.lookAt(yaw: -0.61, pitch: 0.23)
        #expect(try Camera(eg3d: camera.eg3dScalars) == camera)
        var skewed = camera.eg3dScalars
        skewed[17] = 0.01
        #expect(try Camera(eg3d: skewed).eg3dScalars == skewed)
    }

    @Test func refusesWhatIsNoCamera() {
        func words(_ scalars: [Float]) -> String {
            do {
                _ = try Camera(eg3d: scalars)
                return "accepted"
            } catch {
                return "\(error)"
            }
        }
        #expect(words([1, 2, 3]).contains("25 numbers expected, 3 found"))
        var mirrored = CameraTests.frontal
        mirrored[0] = -1
        #expect(words(mirrored).contains("not those of a rotation"))
        var broken = CameraTests.frontal
        broken[15] = 0
        #expect(words(broken).contains("last row"))
        broken = CameraTests.frontal
        broken[16] = .nan
        #expect(words(broken).contains("focal lengths"))
        broken = CameraTests.frontal
        broken[3] = .infinity
        #expect(words(broken).contains("not finite"))
    }

    @Test func focalLengthIsFOVToIntrinsics() {
        #expect(abs(Camera.focal(fieldOfViewDegrees: 18.837) - 4.2634) < 1e-4)
    }

    @Test func projectionUndoesRays() throws {
        let camera = try Camera.lookAt(yaw: 0.5, pitch: 0.2)
        for pixel in [SIMD2<Float>(0.5, 0.5), [64, 64], [127.5, 3.25]] {
            let point = camera.ray(through: pixel, width: 128, height: 128).point(at: 1.3)
            let seen = try #require(camera.project(point, width: 128, height: 128))
            #expect(abs(seen.depth - 1.3) < 1e-5)
            #expect(abs(seen.pixel.x - pixel.x) < 1e-3 && abs(seen.pixel.y - pixel.y) < 1e-3)
        }
        #expect(camera.project(camera.position - camera.forward, width: 8, height: 8) == nil)
    }

    /// The person's left (+x) is the right of a picture from the front, and up is up.
    @Test func theFrontalPictureIsNotMirrored() throws {
        let camera = try Camera.lookAt(yaw: 0, pitch: 0)
        let left = try #require(camera.project([0.05, 0, 0], width: 100, height: 100))
        let above = try #require(camera.project([0, 0.05, 0], width: 100, height: 100))
        #expect(left.pixel.x > 60 && abs(left.pixel.y - 50) < 1e-3)
        #expect(above.pixel.y < 40 && abs(above.pixel.x - 50) < 1e-3)
    }
}

import Checkpoints
import Faces
import Images
import Layers
import TestSupport
import Testing
import Torch

// Fixture and its recipe: Reference/faces/write_fixtures.py
@Suite struct FaceDetectorTests {
    private static let options = FaceDetector.Options(
        minimumScore: 0.3, candidates: 100, order: .byScore)

    private func picture(_ fixture: Fixture) throws -> Image {
        try Image(
            width: 100, height: 72,
            pixels: fixture["picture"][0].permuted([1, 2, 0]).contiguous().toArray(UInt8.self))
    }

    private func detector(_ small: SmallDetector = .mobile) throws -> FaceDetector {
        let (network, store) = try small.build()
        return FaceDetector(network, store: store)
    }

    @Test func findsWhatTheReferenceFinds() throws {
        let fixture = try Fixture("faces/detection")
        let faces = try detector()(picture(fixture), Self.options)
        let rows = faces.map { face in
            [face.box.left, face.box.top, face.box.right, face.box.bottom, face.score]
                + face.points.flatMap { [$0.x, $0.y] }
        }
        let expected = try fixture["found"]
        try expectClose(
            Tensor(rows.flatMap { $0 }, shape: [rows.count, 15]), expected.to(.float64),
            within: 1e-5)
        // Fewer boxes stay where less overlap is allowed.
        var strict = Self.options
        strict.overlap = 0.1
        #expect(try detector()(picture(fixture), strict).count < expected.shape[0])
    }

    @Test func ordersFacesAsAsked() throws {
        let fixture = try Fixture("faces/detection")
        let (detector, picture) = (try detector(), try picture(fixture))
        func faces(_ order: FaceOrder) throws -> [DetectedFace] {
            var options = Self.options
            options.order = order
            return try detector(picture, options)
        }
        let (across, sizes) = try (faces(.leftToRight), faces(.bySize))
        #expect(zip(across, across.dropFirst()).allSatisfy { $0.box.centre.x <= $1.box.centre.x })
        #expect(zip(sizes, sizes.dropFirst()).allSatisfy { $0.box.area >= $1.box.area })
        #expect(Set(across) == Set(sizes) && across != sizes)
        var few = Self.options
        few.limit = 3
        let surest = try detector(picture, few)
        #expect(surest == Array(try faces(.byScore).prefix(3)))
    }

    @Test func anchorsThatAgreeAreAveraged() throws {
        let fixture = try Fixture("faces/detection")
        let (detector, picture) = (try detector(), try picture(fixture))
        var options = Self.options
        let surest = try detector(picture, options)
        options.pooling = 0.3
        let pooled = try detector(picture, options)
        options.pooling = nil
        options.overlap = 2  // nothing is suppressed
        let all = try detector(picture, options)
        #expect(all.count > surest.count && pooled.count == surest.count)
        func share(_ a: FaceBox, _ b: FaceBox) -> Double {
            // Sides as detectors of this family count them.
            func grown(_ box: FaceBox) -> FaceBox {
                FaceBox(left: box.left, top: box.top, right: box.right + 1, bottom: box.bottom + 1)
            }
            return grown(a).overlap(grown(b))
        }
        for (face, own) in zip(pooled, surest) {
            let near = all.filter { share($0.box, own.box) > 0.3 }
            let total = near.reduce(0) { $0 + $1.score }
            func mean(_ value: (DetectedFace) -> Double) -> Double {
                near.reduce(0) { $0 + $1.score * value($1) } / total
            }
            #expect(face.score == own.score)
            #expect(abs(face.box.left - mean(\.box.left)) < 1e-3)
            #expect(abs(face.box.bottom - mean(\.box.bottom)) < 1e-3)
            #expect(abs(face.points[3].x - mean { $0.points[3].x }) < 1e-3)
        }
        #expect(pooled != surest)
    }

    @Test func withTheMirrorImageLeftAndRightAreFoundAlike() throws {
        let fixture = try Fixture("faces/detection")
        let (detector, picture) = (try detector(), try picture(fixture))
        let turned = try picture.upright(from: .topRight)
        var options = Self.options
        options.order = .byScore
        func mirrored(_ face: DetectedFace) -> [Double] {
            let wide = Double(picture.width)
            let points = [1, 0, 2, 4, 3].flatMap {
                [wide - 1 - face.points[$0].x, face.points[$0].y]
            }
            return [wide - face.box.right, face.box.top, wide - face.box.left, face.score]
                + points
        }
        func rows(_ face: DetectedFace) -> [Double] {
            [face.box.left, face.box.top, face.box.right, face.score]
                + face.points.flatMap { [$0.x, $0.y] }
        }
        func differences() throws -> [Double] {
            try zip(detector(picture, options), detector(turned, options)).map { one, other in
                zip(rows(one), mirrored(other)).map { abs($0 - $1) }.max() ?? 0
            }
        }
        #expect(try (differences().max() ?? 0) > 1)  // this detector is of random weights
        let surest = try [picture, turned].map { try detector($0, options)[0].score }
        options.mirrored = true
        options.pooling = 0.6
        let found = try differences()
        #expect(!found.isEmpty && found.allSatisfy { $0 < 1e-3 })
        // The mean of two that differ is less than the greater.
        #expect(try detector(picture, options)[0].score < surest.max() ?? 0)
    }

    @Test func givesThePicturesOwnPixelsWhateverTheNetworkSaw() throws {
        let fixture = try Fixture("faces/detection")
        let (detector, picture) = (try detector(), try picture(fixture))
        let large = try picture.resized(width: 200, height: 144, .pilBilinear)
        let seen = try detector(large, Self.options)
        var options = Self.options
        options.shortestSide = 144
        let found = try detector(picture, options)
        #expect(!found.isEmpty && found.count == seen.count)
        for (ours, theirs) in zip(found, seen) {
            // A pixel of the small picture is the mean of two by two of the large one.
            #expect(abs(ours.box.left - (theirs.box.left - 0.5) / 2) < 1e-6)
            #expect(abs(ours.points[2].y - (theirs.points[2].y - 0.5) / 2) < 1e-6)
        }
        options.longestSide = 100
        #expect(try detector(picture, options) == detector(picture, Self.options))
    }

    @Test(arguments: SmallDetector.allCases)
    func readsAFolderAndALoneFile(_ small: SmallDetector) throws {
        let folder = try ScratchFolder()
        let parameters = try small.parameters()
        try SafetensorsWriter.write(parameters, to: folder / "model.safetensors")
        try small.configuration.save(to: folder / "config.json")
        let wrapped = Dictionary(uniqueKeysWithValues: parameters.map { ("module.\($0)", $1) })
        try SafetensorsWriter.write(wrapped, to: folder / "final.safetensors")
        let whole = try FaceDetector(folder.path)
        #expect(whole.network.configuration == small.configuration)
        let lone = try FaceDetector(folder / "final.safetensors")
        #expect(lone.network.configuration == small.configuration)
        let picture = try picture(Fixture("faces/detection"))
        #expect(try whole(picture, Self.options) == lone(picture, Self.options))
    }

    @Test func greyPicturesAreColouredOnes() throws {
        let grey = try Image(width: 64, height: 64, colour: [90])
        let colour = try Image(width: 64, height: 64, colour: [90, 90, 90])
        let detector = try detector()
        #expect(try detector(grey, Self.options) == detector(colour, Self.options))
    }

    @Test func boxesOverlapByTheirSharedPart() {
        let box = FaceBox(left: 0, top: 0, right: 4, bottom: 2)
        #expect(box.overlap(box) == 1)
        #expect(box.overlap(FaceBox(left: 2, top: 0, right: 6, bottom: 2)) == 1.0 / 3)
        #expect(box.overlap(FaceBox(left: 5, top: 0, right: 6, bottom: 2)) == 0)
    }
}

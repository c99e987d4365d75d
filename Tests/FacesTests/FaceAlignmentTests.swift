import Faces
import Images
import TestSupport
import Testing
import Torch

// Fixture and its recipe: Reference/faces/write_fixtures.py
@Suite struct FaceAlignmentTests {
    private struct Case {
        let alignment: FaceAlignment
        let points: [Point]
        let picture: Image
        let fixture: Fixture

        init(_ size: Int) throws {
            alignment = FaceAlignment(size: size)
            fixture = try Fixture("faces/alignment")
            let flat: [Double] = try fixture["size\(size).points"].toArray()
            points = (0..<5).map { Point(flat[2 * $0], flat[2 * $0 + 1]) }
            picture = try Image(width: 72, height: 60, pixels: fixture.bytes("picture"))
        }
    }

    @Test(arguments: [64, 112, 128, 224])
    func findsTheTransformOfTheReference(size: Int) throws {
        let it = try Case(size)
        let map = try it.alignment.transform(from: it.points).affine
        let expected: [Double] = try it.fixture["size\(size).matrix"].toArray()
        // insightface keeps its template in single precision.
        for (ours, theirs) in zip([map.a, map.b, map.tx, map.c, map.d, map.ty], expected) {
            #expect(abs(ours - theirs) < 2e-5)
        }
    }

    @Test(arguments: [64, 112, 128])
    func cutsThePixelsOfTheReference(size: Int) throws {
        let it = try Case(size)
        let face = try it.alignment.aligned(it.picture, it.points)
        let expected = try it.fixture.bytes("size\(size).face")
        let differences = zip(face.pixels, expected).map { abs(Int($0) - Int($1)) }
        #expect(differences.count == size * size * 3)
        #expect(differences.allSatisfy { $0 <= 1 })
        #expect(differences.count(where: { $0 > 0 }) * 1000 < differences.count)
        // The picture does not cover the whole face: there is a border in the test.
        #expect(expected.contains(0) && expected.contains { $0 > 200 })
        // The eyes exchanged give another cut.
        var crossed = it.points
        crossed.swapAt(0, 1)
        crossed.swapAt(3, 4)
        #expect(try it.alignment.aligned(it.picture, crossed) != face)
    }

    @Test(arguments: [64, 112, 128])
    func tensorsGetTheSameBytes(size: Int) throws {
        let it = try Case(size)
        let face = try it.alignment.aligned(it.picture, it.points)
        let tensor = try it.alignment.alignedTensor(it.picture, it.points)
        #expect(try tensor.isEqual(to: face.bytesTensor()))
        let bytes = try it.picture.bytesTensor()
        #expect(try it.alignment.alignedTensor(bytes, it.points).isEqual(to: tensor))
    }

    @Test func sizesOf112And128FollowTheirRules() {
        let (first, third) = (FaceAlignment.template[0], FaceAlignment.template[2])
        #expect(FaceAlignment().points == FaceAlignment.template)
        #expect(FaceAlignment(size: 224).points[0] == Point(2 * first.x, 2 * first.y))
        #expect(FaceAlignment(size: 512).points[2] == Point(4 * third.x + 32, 4 * third.y))
        // 896 is a multiple of both; insightface asks for 112 first.
        #expect(FaceAlignment(size: 896).points[0] == Point(8 * first.x, 8 * first.y))
        let small = FaceAlignment(size: 56).points[0]
        #expect(small == Point(first.x / 2, first.y / 2))
    }

    @Test func jitterMovesTheFaceByWhatItSays() throws {
        // A picture that is its own alignment, with one bright pixel.
        let alignment = FaceAlignment(size: 64)
        let centre = Point(31.5, 31.5)
        var picture = try Image(width: 64, height: 64)
        picture[40, 20, 0] = 255
        func brightest(_ jitter: AlignmentJitter) throws -> Point {
            let face = try alignment.alignedTensor(picture, alignment.points, jitter: jitter)
            let at = try face[0].argmax().integerItem()
            return Point(Double(at % 64), Double(at / 64))
        }
        #expect(try brightest(.none) == Point(40, 20))
        #expect(try brightest(.init(x: 0.125, y: -0.25)) == Point(48, 4))
        #expect(try brightest(.init(mirrored: true)) == Point(23, 20))
        // A quarter turn from x to y takes (8.5, -11.5) about the centre to (11.5, 8.5).
        let turned = try brightest(.init(angleRadians: .pi / 2))
        #expect(turned == Point(centre.x + 11.5, centre.y + 8.5))
        let grown = try brightest(.init(scale: 2))
        #expect(abs(grown.x - (centre.x + 17)) <= 1 && abs(grown.y - (centre.y - 23)) <= 1)
    }

    @Test func randomJitterIsRepeatableAndWithinItsLimits() {
        struct Counter: RandomNumberGenerator {
            var state: UInt64 = 1
            mutating func next() -> UInt64 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return state ^ state >> 29
            }
        }
        func draw(_ count: Int) -> [AlignmentJitter] {
            var counter = Counter()
            return (0..<count).map { _ in
                .random(
                    angleRadians: 0.2, growth: 0.1, shift: 0.05, mirrors: true, using: &counter)
            }
        }
        let draws = draw(200)
        #expect(draws == draw(200))
        #expect(draws.allSatisfy { abs($0.angleRadians) <= 0.2 && abs($0.x) <= 0.05 })
        #expect(draws.allSatisfy { (1 / 1.1001...1.1001).contains($0.scale) })
        #expect((60...140).contains(draws.count(where: \.mirrored)))
        #expect(draws.contains { $0.x > 0.02 } && draws.contains { $0.x < -0.02 })
    }

    @Test func pastingPutsTheFaceBack() throws {
        let it = try Case(112)
        // Inside the picture, at about twice its size.
        let points = FaceAlignment.template.map { Point($0.x * 0.45 + 11, $0.y * 0.45 + 5) }
        let face = try it.alignment.aligned(it.picture, points, border: .edge)
        let back = try it.alignment.pasted(face, onto: it.picture, points, feather: 8)
        let differences = zip(back.pixels, it.picture.pixels).map { abs(Int($0) - Int($1)) }
        // Twice interpolated, so not the very bytes. A shift by half a pixel costs ten a sample, a rim more.
        #expect(differences.reduce(0, +) < 2 * differences.count)
        #expect((differences.max() ?? 0) <= 8)
        let black = try Image(width: 112, height: 112)
        let hole = try it.alignment.pasted(black, onto: it.picture, points, feather: 8)
        #expect(hole[36, 30, 0] == 0 && hole[0, 0, 0] == it.picture[0, 0, 0])
    }

    @Test func refusesFourPoints() throws {
        let error = #expect(throws: FaceError.self) {
            try FaceAlignment().transform(from: Array(FaceAlignment.template.prefix(4)))
        }
        #expect(error?.description == "points: expected 5, found 4")
    }
}

import Images
import TestSupport
import Testing

/// Umeyama's fit against scikit-image; fixture by `Reference/images/write_fixtures.py`.
@Suite struct SimilarityTransformTests {
    private func doubles(_ fixture: Fixture, _ name: String) throws -> [Double] {
        zip(try fixture.floats(name), try fixture.floats("\(name).rest"))
            .map { Double($0) + Double($1) }
    }

    private func points(_ fixture: Fixture, _ name: String) throws -> [Point] {
        let values = try doubles(fixture, name)
        return stride(from: 0, to: values.count, by: 2).map { Point(values[$0], values[$0 + 1]) }
    }

    @Test func equalsScikitImage() throws {
        let fixture = try Fixture("images/geometry")
        var most = 0.0
        for i in 0..<12 {
            let fit = try SimilarityTransform(
                mapping: points(fixture, "points\(i).p"), to: points(fixture, "points\(i).q"))
            let m = fit.affine
            let found = [m.a, m.b, m.tx, m.c, m.d, m.ty]
            for (u, v) in zip(found, try doubles(fixture, "points\(i).matrix")) {
                most = max(most, abs(u - v) / max(abs(v), 1))
            }
        }
        print("umeyama: most \(most)")
        // Twelve sets: exact, noisy, two points, 68 points, collinear, mirrored. The fixture holds
        // coordinates to about 1e-13.
        #expect(most < 1e-9)
    }

    @Test func inverseAndCompositionLeadBack() throws {
        let there = SimilarityTransform(scale: 2.5, angleRadians: 0.7, tx: -40, ty: 12)
        let identity = there.then(try there.inverted())
        let point = identity(Point(123, -45))
        #expect(abs(point.x - 123) < 1e-10 && abs(point.y + 45) < 1e-10)
        let affine = there.affine.then(try there.affine.inverted())
        #expect(abs(affine.a - 1) < 1e-12 && abs(affine.tx) < 1e-10)
        let two = SimilarityTransform(scale: 0.5, angleRadians: -0.2, tx: 3, ty: 4)
        let (p, q) = (there.then(two)(Point(7, 9)), two(there(Point(7, 9))))
        #expect(abs(p.x - q.x) < 1e-10 && abs(p.y - q.y) < 1e-10)
    }

    @Test func turnsClockwiseOnTheScreenForPositiveAngles() {
        let quarter = SimilarityTransform(scale: 1, angleRadians: .pi / 2, tx: 0, ty: 0)
        let point = quarter(Point(1, 0))
        #expect(abs(point.x) < 1e-15 && abs(point.y - 1) < 1e-15)
    }

    struct Degenerate: Sendable, CustomTestStringConvertible {
        let source: [Point]
        let target: [Point]
        let detail: String
        var testDescription: String { detail }
    }

    static let a = Point(1, 2)
    static let b = Point(5, 7)
    static let degenerate = [
        Degenerate(source: [a], target: [b], detail: "two are needed"),
        Degenerate(source: [a, b], target: [b], detail: "there are 1 targets"),
        Degenerate(source: [a, a], target: [a, b], detail: "all source points are the same"),
        Degenerate(source: [a, b], target: [b, b], detail: "all target points are the same"),
        Degenerate(
            source: [a, Point(.nan, 0)], target: [a, b], detail: "a coordinate is not finite"),
        Degenerate(
            source: [Point(1, 0), Point(-1, 0), Point(0, 1), Point(0, -1)],
            target: [Point(1, 0), Point(-1, 0), Point(0, -1), Point(0, 1)],
            detail: "every rotation fits them equally badly"),
    ]

    @Test(arguments: degenerate)
    func saysWhyNoTransformFollows(_ item: Degenerate) {
        let error = ImageError.degeneratePoints(count: item.source.count, detail: item.detail)
        #expect(throws: error) {
            try SimilarityTransform(mapping: item.source, to: item.target)
        }
        #expect(
            error.description
                == "No similarity transform follows from \(item.source.count) point pairs "
                + "(\(item.detail)): give at least two distinct points.")
    }
}

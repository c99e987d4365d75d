import Faces
import Images
import Testing
import World

@Suite struct HeadCropTests {
    /// The mean head's points, as the camera straight ahead sees them, in sides of its picture.
    @Test func theMeanHeadIsTheWorlds() throws {
        let studio = try Studio()
        let metres = Camera.metresPerUnit
        // What the picture shows at the distance of what is looked at.
        let side = (Camera.eg3dRadius - Camera.eg3dPivot.z) / Camera.eg3dFocal * metres
        var sums = Array(repeating: SIMD3<Double>(), count: 5)
        let people = 200
        for index in 0..<people {
            let person = Person(seed: 1, index: index)
            let points = try studio.alignmentPoints(of: person)
            for (place, point) in points.enumerated() {
                let from = (point - Camera.eg3dPivot * metres) / side
                sums[place] += SIMD3(Double(from.x), -Double(from.y), Double(from.z))
            }
        }
        for (sum, known) in zip(sums, HeadCrop.head) {
            let miss = sum / Double(people) - known
            #expect(
                (miss * miss).sum().squareRoot() < 0.002, "\(sum / Double(people)) for \(known)")
        }
    }

    /// A crop of a portrait of the world is nearly the portrait: cameras keep their distance, and
    /// heads have their own size and proportions.
    @Test func aPortraitIsNearlyItsOwnCrop() throws {
        let studio = try Studio()
        var (offsets, sides): ([Double], [Double]) = ([], [])
        for index in 0..<40 {
            let person = Person(seed: 2, index: index)
            let sitter = try studio.sitter(person, detail: .coarse)
            let portrait = try studio.portrait(
                of: sitter, Look(of: person, view: index % 8), size: 128, quality: .geometry)
            // The truth's pixels begin at corners.
            let points = portrait.truth().points.map {
                Point(Double($0.x) - 0.5, Double($0.y) - 0.5)
            }
            let crop = try HeadCrop(points: points)
            let (x, y) = (crop.centre.x - 63.5, crop.centre.y - 63.5)
            offsets.append((x * x + y * y).squareRoot() / 128)
            sides.append(abs(crop.side / 128 - 1))
        }
        #expect(offsets.sorted()[20] < 0.05, "\(offsets)")
        #expect(sides.sorted()[20] < 0.1, "\(sides)")
    }
}

import Foundation
import Images
import Testing

@Suite struct PasteTests {
    /// Smooth in both directions, so that interpolation error stays small.
    private func smooth(_ width: Int, _ height: Int) throws -> Image {
        try Image(width: width, height: height) { out in
            for y in 0..<height {
                for x in 0..<width {
                    for c in 0..<3 {
                        let phase = Double(x) / 37 + Double(y * (c + 1)) / 53
                        out[(y * width + x) * 3 + c] = UInt8(127.5 + 120 * sin(phase))
                    }
                }
            }
        }
    }

    private let cut = SimilarityTransform(scale: 0.8, angleRadians: 0.4, tx: -30, ty: -60).affine

    @Test func pastingAnUntouchedCropBackChangesAlmostNothing() throws {
        let image = try smooth(240, 200)
        // The crop sticks out of the picture at the top.
        let crop = try image.warped(by: cut, width: 112, height: 112, border: .edge)
        let mask = try Mask.feathered(width: 112, height: 112, feather: 12)
        let result = try image.pasting(crop, through: cut, mask: mask)
        let difference = Difference(result, image)
        print("paste back: \(difference)")
        #expect(difference.most <= 1)
    }

    @Test func keepsEveryByteWhereTheMaskIsZero() throws {
        let image = try Pictures.waves(240, 200)
        let crop = try Image(width: 112, height: 112, colour: [250, 0, 0])
        let mask = try Mask.feathered(width: 112, height: 112, feather: 12, inset: 5)
        let result = try image.pasting(crop, through: cut, mask: mask)
        let reach = try mask.warped(by: try cut.inverted(), width: 240, height: 200)
        var (inside, outside) = (0, 0)
        for y in 0..<200 {
            for x in 0..<240 {
                let same = (0..<3).allSatisfy { result[x, y, $0] == image[x, y, $0] }
                if reach[x, y] == 0 {
                    outside += 1
                    #expect(same)
                } else if reach[x, y] == 1 {
                    inside += 1
                    #expect(result[x, y, 0] == 250 && result[x, y, 1] == 0)
                }
            }
        }
        #expect(inside > 5000 && outside > 20000)
    }

    @Test func anIdentityPasteIsTheCropItself() throws {
        let (under, over) = (try Pictures.waves(40, 30), try smooth(40, 30))
        let full = try Mask(width: 40, height: 30, repeating: 1)
        #expect(try under.pasting(over, through: .identity, mask: full) == over)
        let half = try Mask(width: 40, height: 30, repeating: 0.5)
        let blend = try under.pasting(over, through: .identity, mask: half)
        let exact = (Double(under[9, 9, 0]) + Double(over[9, 9, 0])) / 2
        #expect(Double(blend[9, 9, 0]) == exact.rounded(.toNearestOrEven))
    }

    @Test func aCropBesideThePictureChangesNothing() throws {
        let image = try Pictures.waves(40, 30)
        let crop = try Image(width: 10, height: 10, colour: [1, 2, 3])
        let mask = try Mask(width: 10, height: 10, repeating: 1)
        let away = AffineTransform2D.translation(500, 0)
        #expect(try image.pasting(crop, through: away, mask: mask) == image)
    }

    @Test func featheringRisesSmoothlyFromEdgeToMiddle() throws {
        let mask = try Mask.feathered(width: 40, height: 20, feather: 4, inset: 2)
        #expect(mask[0, 10] == 0 && mask[1, 10] == 0)
        #expect(mask[20, 10] == 1)
        #expect((0..<19).allSatisfy { mask[$0, 10] <= mask[$0 + 1, 10] })
        #expect((0..<40).allSatisfy { mask[$0, 7] == mask[39 - $0, 12] })
    }

    @Test func refusesAMaskOfAnotherSize() throws {
        let image = try Pictures.waves(40, 30)
        let mask = try Mask(width: 9, height: 10, repeating: 1)
        let crop = try Image(width: 10, height: 10)
        let error = ImageError.mismatch(
            operation: "Pasting", expected: "a mask of 10 x 10", found: "9 x 10")
        #expect(throws: error) { try image.pasting(crop, through: .identity, mask: mask) }
        #expect(error.description == "Pasting expected a mask of 10 x 10 and found 9 x 10.")
    }
}

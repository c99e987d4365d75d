import Faces
import ICPortrait
import Images
import Testing

@Suite struct HeadViewTests {
    /// A picture in which no two neighbours are equal.
    private static func picture(width: Int, height: Int) throws -> Image {
        try Image(
            width: width, height: height, channels: 3,
            pixels: (0..<width * height * 3).map { UInt8(($0 * 37 + $0 / 7) % 251) })
    }

    /// A face that looks straight ahead, or turned, its head's square around a place.
    static func face(at centre: Point, side: Double, turn: Double = 0) -> DetectedFace {
        let points = HeadCrop.head.map { point in
            Point(centre.x + side * (point.x + turn * point.z), centre.y + side * point.y)
        }
        return DetectedFace(
            box: FaceBox(
                left: centre.x - side / 4, top: centre.y - side / 4, right: centre.x + side / 4,
                bottom: centre.y + side / 3), score: 1, points: points)
    }

    @Test func theSquareComesFromTheFivePoints() throws {
        let picture = try Self.picture(width: 300, height: 200)
        let head = try HeadView(Self.face(at: Point(140, 90), side: 80), in: picture, side: 32)
        #expect(abs(head.crop.centre.x - 140) < 1e-9 && abs(head.crop.centre.y - 90) < 1e-9)
        #expect(abs(head.crop.side - 80) < 1e-9)
        #expect(head.image.width == 32 && head.image.height == 32)
    }

    @Test func aHeadCropIsNotCutAgain() throws {
        let picture = try Self.picture(width: 64, height: 64)
        let head = try HeadView(Self.face(at: Point(33, 30), side: 60), in: picture, side: 64)
        #expect(head.image == picture)
    }

    @Test func everyPixelOutsideTheSquareStays() throws {
        let picture = try Self.picture(width: 300, height: 200)
        let head = try HeadView(Self.face(at: Point(140, 90), side: 80), in: picture, side: 32)
        let grey = try Image(width: 32, height: 32, colour: [128, 128, 128])
        let result = try head.picture(with: grey)
        var (outside, changed) = (0, 0)
        for y in 0..<200 {
            for x in 0..<300 {
                let at = 3 * (y * 300 + x)
                let equal = result.pixels[at..<at + 3] == picture.pixels[at..<at + 3]
                if abs(Double(x) - 140) > 40 || abs(Double(y) - 90) > 40 {
                    #expect(equal, "\(x), \(y)")
                    outside += 1
                } else if !equal {
                    changed += 1
                }
            }
        }
        #expect(outside > 50_000 && changed > 5000)
        let middle = 3 * (90 * 300 + 140)
        #expect(Array(result.pixels[middle..<middle + 3]) == [128, 128, 128])
    }

    @Test func aTurnIsSeen() throws {
        let picture = try Self.picture(width: 300, height: 200)
        for (turn, degrees) in [(0.0, 0.0), (0.5, 26.57), (-0.2, -11.31)] {
            let face = Self.face(at: Point(140, 90), side: 80, turn: turn)
            let head = try HeadView(face, in: picture, side: 32)
            let direction = try #require(head.direction)
            #expect(abs(direction.right - degrees) < 0.01 && abs(direction.down) < 0.01)
        }
    }

    @Test func theNearestPoseIsChosen() throws {
        let picture = try Self.picture(width: 300, height: 200)
        func head(_ turn: Double) throws -> HeadView {
            try HeadView(
                Self.face(at: Point(140, 90), side: 80, turn: turn), in: picture, side: 32)
        }
        let choice = try ProfileChoice([head(-0.5), head(0.4), head(0)], for: head(0.5))
        #expect(choice.index == 1)
        #expect(choice.reason.contains("turned by 5 degrees"), "\(choice.reason)")
        #expect(throws: ICPortraitError.self) { try ProfileChoice([], for: head(0)) }
    }

    @Test func lightFromTheRightIsBrighterThere() throws {
        let lit = try Image(width: 64, height: 64) { pixels in
            for index in 0..<pixels.count { pixels[index] = UInt8(40 + 3 * (index / 3 % 64)) }
        }
        let light = try HeadView(whole: lit, side: 64).light
        #expect(light.right > 0.2 && abs(light.down) < 0.02, "\(light)")
    }

    @Test func aTinyHeadIsRefused() throws {
        let picture = try Self.picture(width: 300, height: 200)
        let error = #expect(throws: ICPortraitError.self) {
            try HeadView(Self.face(at: Point(140, 90), side: 20), in: picture, side: 128)
        }
        #expect("\(try #require(error))".contains("38 pixels or more, found one of 20"))
    }

    @Test func facesAreChosenByNumber() throws {
        let faces = [60.0, 160, 240].map { Self.face(at: Point($0, 90), side: $0 / 2) }
        #expect(try HeadView.chosen(faces, .number(2), prefersLargest: false) == faces[1])
        #expect(try HeadView.chosen(faces, .any, prefersLargest: true) == faces[2])
        for (found, choice) in [(faces, FaceChoice.any), (faces, .number(4)), ([], .any)] {
            #expect(throws: ICPortraitError.self) {
                try HeadView.chosen(found, choice, prefersLargest: false)
            }
        }
    }
}

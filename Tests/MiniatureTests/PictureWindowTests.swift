import Faces
import Miniature
import Testing

@Suite struct PictureWindowTests {
    /// 6 x 4 pixels that each tell their channel and place, with one face.
    private let picture = PictureWindow(
        width: 6, height: 4, planes: (0..<72).map { UInt8($0) },
        faces: [.init(box: [2, 0, 6, 4], points: [3, 1, 5, 1, 4, 2, 3, 3, 5, 3])])

    @Test func aHalfIsTheMeanOfFourPixels() {
        let half = picture.halved()
        #expect(half.width == 3 && half.height == 2)
        // 0, 1, 6, 7 have a mean of 3.5, which rounds up.
        #expect(half.planes[0] == 4 && half.planes[6] == 28)
        #expect(half.faces[0].box == [1, 0, 3, 2])
        #expect(half.faces[0].points.suffix(2) == [2.5, 1.5])
    }

    @Test func aWindowShowsItsPixelsAndMovesItsFaces() {
        let window = picture.window(left: 3, top: 1, width: 3, height: 2)
        #expect(window.planes.prefix(6) == [9, 10, 11, 15, 16, 17])
        #expect(window.planes[6] == 24 + 9)
        #expect(window.faces[0].box == [0, 0, 3, 2])
        #expect(window.faces[0].points.prefix(2) == [0, 0])
    }

    @Test func aFaceWhoseMiddleIsOutsideIsLeftOut() {
        #expect(picture.window(left: 0, top: 0, width: 3, height: 4).faces.isEmpty)
    }

    @Test func aMirroredFaceHasItsEyesChanged() {
        let target = picture.targets(mirrored: true)[0]
        #expect((target.box * 6).rounded(.toNearestOrEven) == [0, 0, 4, 6])
        // The face's right eye, at 5 of 6, is now the picture's left one.
        #expect(target.points?.first.map { abs($0 * 6 - 0.5) < 1e-5 } == true)
    }
}

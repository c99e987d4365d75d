import Images
import TestSupport
import Testing

/// Flow colours against the published wheel; fixture by `Reference/images/write_fixtures.py`.
@Suite struct FlowPictureTests {
    @Test func wheelHasThePublishedColours() throws {
        let expected = try Fixture("images/flow").floats("wheel")
        #expect(FlowColour.wheel.count == 55)
        #expect(FlowColour.wheel.flatMap { $0 } == expected.map(Double.init))
    }

    @Test func matchesTheReferenceWithinOneLevel() throws {
        let fixture = try Fixture("images/flow")
        let shape = try fixture.shape("flow")
        let picture = try FlowPicture(
            flow: try fixture.floats("flow"), width: shape[2], height: shape[1])
        let difference = Difference(picture.image, try Pictures.image(fixture, "colours"))
        print("flow: \(difference)")
        #expect(difference.most <= 1)
    }

    @Test func showsDirectionAsHueAndLengthAsSaturation() {
        #expect(FlowColour.colour(0, 0) == (255, 255, 255))
        #expect(FlowColour.colour(1, 0) == (255, 0, 0))
        let faint = FlowColour.colour(0.5, 0)
        #expect(faint.red == 255 && faint.green == 127)
        let down = FlowColour.colour(0, 1)
        #expect(down.red > 200 && down.green > 150 && down.blue == 0)
        let left = FlowColour.colour(-1, 0)
        #expect(left.red < 80 && left.blue > 200)
        #expect(FlowColour.colour(.nan, 0) == (0, 0, 0))
        #expect(FlowColour.colour(2, 0) == (191, 0, 0))
    }

    @Test func takesTheLongestMotionAsItsScale() throws {
        let picture = try FlowPicture(flow: [0, 3, 0, 4], width: 2, height: 1)
        #expect(picture.scale == 5)
        #expect(try FlowPicture(flow: [0, 3, 0, 4], width: 2, height: 1, scale: 10).scale == 10)
        let still = try FlowPicture(flow: [0, 0, 0, 0], width: 2, height: 1)
        #expect(still.image == (try Image(width: 2, height: 1, colour: [255, 255, 255])))
    }

    @Test func refusesAFieldOfAnotherSize() {
        let error = ImageError.mismatch(
            operation: "A flow picture", expected: "2 x 3 x 4 values", found: "23")
        #expect(throws: error) {
            try FlowPicture(flow: [Float](repeating: 0, count: 23), width: 4, height: 3)
        }
        #expect(
            error.description == "A flow picture expected 2 x 3 x 4 values and found 23.")
    }

    @Test func drawsItsLegendInTheCorner() throws {
        let flow = [Float](repeating: 0, count: 2 * 100 * 80)
        let picture = try FlowPicture(flow: flow, width: 100, height: 80).withLegend(size: 24)
        #expect(picture.width == 100 && picture.height == 80)
        // Rightmost of the wheel is red, leftmost is not.
        let right = (picture[95, 65, 0], picture[95, 65, 1])
        #expect(right.0 > 240 && right.1 < 60)
        #expect(picture[10, 10, 0] == 255)
    }
}

import Images
import Testing

@Suite struct ContactSheetTests {
    private func style(_ side: Int) -> ContactSheet.Style {
        var style = ContactSheet.Style()
        (style.cellWidth, style.cellHeight) = (side, side)
        return style
    }

    @Test func putsEveryPictureInItsCell() throws {
        var sheet = ContactSheet(columns: ["", ""], style: style(40))
        let red = try Image(width: 40, height: 40, colour: [200, 0, 0])
        let blue = try Image(width: 40, height: 20, colour: [0, 0, 200])
        sheet.addRow([red, nil])
        sheet.addRow([blue, red])
        let picture = try sheet.rendered()
        // Without labels: margins 16, cells 40, gap 8.
        #expect(picture.width == 16 + 40 + 8 + 40 + 16)
        #expect(picture.height == 16 + 40 + 8 + 40 + 16)
        #expect(picture[16, 16, 0] == 200 && picture[55, 55, 0] == 200)
        #expect(picture[15, 16, 0] == 255 && picture[60, 30, 0] == 255)
        #expect(picture[70, 30, 0] == 237)  // the empty cell
        #expect(picture[30, 70, 2] == 242 && picture[30, 84, 2] == 200)  // fitted in the middle
        #expect(picture[70, 70, 0] == 200)
    }

    @Test func labelsTakeRoomAndLeaveInk() throws {
        var bare = ContactSheet(columns: ["", ""], style: style(64))
        var labelled = ContactSheet(
            title: "Title", columns: ["source", "a & b < c"], style: style(64))
        let grey = try Image(width: 64, height: 64, colour: [128, 128, 128])
        bare.addRow([grey, grey])
        labelled.addRow([grey, grey], label: "row 1", captions: ["first caption"])
        let (small, large) = (try bare.rendered(), try labelled.rendered())
        #expect(large.width > small.width && large.height > small.height + 40)
        let dark = large.withPixels { $0.count { $0 < 60 } }
        #expect(dark > 300)
        #expect(small.withPixels { $0.count { $0 < 60 } } == 0)
    }

    @Test func longLabelsOfColumnsStayAboveTheirOwnCell() throws {
        let grey = try Image(width: 96, height: 96, colour: [128, 128, 128])
        func height(_ label: String) throws -> Int {
            var sheet = ContactSheet(columns: [label, ""], style: style(96))
            sheet.addRow([grey, grey])
            let picture = try sheet.rendered()
            for y in 0..<picture.height {
                for x in (16 + 96 + 4)..<picture.width { #expect(picture[x, y, 0] >= 128) }
            }
            return picture.height
        }
        #expect(try height("a label of several words") > height("label"))
    }

    @Test func enlargesSmallPicturesPixelByPixel() throws {
        var sheet = ContactSheet(columns: [""], style: style(40))
        let tiny = try Image(width: 2, height: 2, channels: 1, pixels: [0, 255, 100, 50])
        sheet.addRow([tiny])
        let picture = try sheet.rendered()
        #expect(picture[16, 16, 0] == 0 && picture[35, 35, 1] == 0 && picture[36, 16, 0] == 255)
        #expect(picture[16, 36, 2] == 100 && picture[55, 55, 0] == 50)
    }

    @Test func saysWhichRowDoesNotFit() throws {
        var sheet = ContactSheet(columns: ["a", "b"])
        let error = ImageError.badSheet(detail: "it needs at least one column and one row")
        #expect(throws: error) { try sheet.rendered() }
        sheet.addRow([nil], label: "x")
        let wrong = ImageError.badSheet(detail: "row 0 has 1 pictures and there are 2 columns")
        #expect(throws: wrong) { try sheet.rendered() }
        #expect(
            wrong.description == "The contact sheet cannot be laid out: "
                + "row 0 has 1 pictures and there are 2 columns.")
    }

    @Test func refusesToGrowWithoutBound() throws {
        var style = ContactSheet.Style()
        (style.cellWidth, style.cellHeight) = (10_000, 10_000)
        var sheet = ContactSheet(columns: ["", ""], style: style)
        sheet.addRow([nil, nil])
        #expect(throws: ImageError.self) { try sheet.rendered() }
    }
}

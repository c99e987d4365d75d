import Miniature
import Testing

@Suite struct CaptionGroupsTests {
    // 9 ends a caption and fills the row.
    private let ids: [Int64] = [
        8, 1, 2, 9, 9, 9,
        8, 9, 9, 9, 9, 9,
        8, 3, 4, 5, 6, 9,
        8, 7, 9, 9, 9, 9,
    ]

    @Test func shortCaptionsAreNotFilledUpToTheLongest() {
        let groups = CaptionGroups(ids, rows: 4, size: 2)
        #expect(groups.groups.map(\.rows) == [2, 2])
        #expect(groups.groups[0].ids == [8, 9, 9, 8, 7, 9])
        #expect(groups.groups[1].ids == [8, 1, 2, 9, 9, 9, 8, 3, 4, 5, 6, 9])
    }

    @Test func placesLeadBackToEveryCaption() {
        let groups = CaptionGroups(ids, rows: 4, size: 3)
        let rows = groups.groups.flatMap { group in
            let length = group.ids.count / group.rows
            return (0..<group.rows).map { Array(group.ids[$0 * length..<($0 + 1) * length]) }
        }
        for (row, place) in groups.places.enumerated() {
            let kept = rows[Int(place)]
            #expect(Array(ids[row * 6..<row * 6 + kept.count]) == kept)
        }
        #expect(groups.places.sorted() == [0, 1, 2, 3])
    }
}

import Miniature
import Testing

@Suite struct ContrastiveTaskTests {
    @Test func trimmingKeepsEveryCaptionAndItsEnd() {
        // 9 ends a caption and fills the row.
        let ids: [Int64] = [
            8, 1, 2, 9, 9, 9,
            8, 3, 9, 9, 9, 9,
        ]
        #expect(trimmed(ids, rows: 2) == [8, 1, 2, 9, 8, 3, 9, 9])
    }

    @Test func captionsThatFillTheRowStayWhole() {
        let ids: [Int64] = [8, 1, 2, 9, 8, 9, 9, 9]
        #expect(trimmed(ids, rows: 2) == ids)
    }
}

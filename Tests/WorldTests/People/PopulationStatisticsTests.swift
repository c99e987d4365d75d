import Images
import Testing
import World

@Suite struct PopulationStatisticsTests {
    private static let world = PopulationStatistics(seed: 2024, persons: 5000, range: .wide)

    @Test func nobodyIsMissingAtEitherEnd() {
        let world = Self.world
        #expect(world.persons == 5000 && world.looks == 5000)
        #expect(world.emptyEnds == [])
        #expect(world.emptyBins == [])
    }

    @Test func everyToneOfSkinHasItsTenth() {
        for count in Self.world[.skinTone].counts {
            #expect((420...580).contains(count))
        }
    }

    @Test func sharesArePlausible() {
        let world = Self.world
        func share(_ measure: PopulationStatistics.Measure, _ bins: [Int]) -> Double {
            Double(bins.reduce(0) { $0 + world[measure].counts[$1] })
                / Double(world[measure].total)
        }
        #expect((0.44...0.52).contains(share(.sex, [0])) && share(.sex, [2]) < 0.06)
        // Under twenty, and seventy and over.
        #expect((0.1...0.2).contains(share(.age, [0, 1])))
        #expect((0.05...0.15).contains(share(.age, [7, 8])))
        #expect((0.2...0.5).contains(1 - share(.glasses, [0])))
        #expect((0.05...0.25).contains(1 - share(.hat, [0])))
        #expect((0.15...0.35).contains(share(.expression, [0])))
        for i in 0..<10 { #expect((0.07...0.13).contains(share(.yaw, [i]))) }
        #expect(world[.lensBlur].total == 5000 && world[.age].total == 5000)
    }

    @Test func findsWhoIsMissing() {
        // Control: among the women of one age much is missing, and it is said.
        var few = PopulationStatistics()
        for index in 0..<50 {
            let person = Person(seed: 1, index: index)
            if person.sex == .woman { few.add(person.aged(to: 30)) }
        }
        #expect(few.emptyEnds.contains("age: 6-9") && few.emptyEnds.contains("age: 80-90"))
        #expect(few.emptyBins.contains("presents as: man"))
        #expect(few.emptyBins.contains("beard: full"))
    }

    @Test func writesTables() {
        var histogram = Histogram(title: "eyes", labels: ["brown", "blue", "green"], isRange: true)
        for bin in [0, 0, 1, 7, -3, 0] { histogram.add(bin) }
        #expect(histogram.counts == [4, 1, 1] && histogram.emptyEnds == [])
        #expect(
            histogram.markdown == """
                | eyes | count | % |
                |---|---:|---:|
                | brown | 4 | 66.7 |
                | blue | 1 | 16.7 |
                | green | 1 | 16.7 |
                """)
        #expect(Self.world.markdown.hasPrefix("5000 persons, 5000 looks\n\n| skin tone"))
    }

    @Test func readsBackTheSame() throws {
        let bytes = try StableJSON.encode(Self.world)
        #expect(try StableJSON.decode(PopulationStatistics.self, from: bytes) == Self.world)
    }

    @Test func drawsLongerBarsForMore() throws {
        var histogram = Histogram(title: "eyes", labels: ["brown", "blue", "green"])
        for bin in [0, 0, 0, 0, 1] { histogram.add(bin) }
        let chart = try histogram.chart(width: 300)
        func blue(inRow row: Int) -> Int {
            (0..<chart.width).count { x in
                let y = 30 + 18 * row + 6
                return chart[x, y, 0] == 70 && chart[x, y, 1] == 112 && chart[x, y, 2] == 168
            }
        }
        #expect(blue(inRow: 0) > 100 && blue(inRow: 2) == 0)
        #expect(abs(blue(inRow: 0) - 4 * blue(inRow: 1)) <= 4)
    }
}

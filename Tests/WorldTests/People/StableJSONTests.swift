import Testing
import World

@Suite struct StableJSONTests {
    @Test func peopleAndLooksReadBackTheSame() throws {
        for index in 0..<60 {
            let person = Person(seed: .max, index: index)
            let bytes = try StableJSON.encode(person)
            #expect(try StableJSON.decode(Person.self, from: bytes) == person)
            let look = Look(of: person, view: index, in: .wide)
            let text = try StableJSON.encode(look, isPretty: index % 2 == 0)
            #expect(try StableJSON.decode(Look.self, from: text) == look)
            #expect(try StableJSON.encode(Person(seed: .max, index: index)) == bytes)
        }
    }

    /// Anchors people and looks to the last bit, on every system. If this fails everybody has
    /// changed: raise `WorldRandom.worldVersion` once worlds have been published, and set the new
    /// number.
    @Test func worldIsWhatItWas() throws {
        var text = ""
        for index in 0..<20 {
            let person = Person(seed: 0, index: index)
            text += String(decoding: try StableJSON.encode(person), as: UTF8.self)
            let look = Look(of: person, view: 0)
            text += String(decoding: try StableJSON.encode(look), as: UTF8.self)
            text += Caption(of: person, look, .long).text
        }
        #expect(fnv1a(text) == 12_497_496_559_976_423_100)
    }

    @Test func numbersAreShortAndExact() throws {
        var facial = FacialParameters()
        facial[.earLobe] = 0.1
        facial[.noseHump] = 1 / 3
        let text = String(decoding: try StableJSON.encode(facial), as: UTF8.self)
        #expect(text.hasPrefix(#"{"browHeight":0,"browRidge":0,"cheekFullness":0,"#))
        #expect(text.contains(#""earLobe":0.1,"#) && text.contains(#""noseHump":0.33333334,"#))
        // Hard cases: the least, a subnormal, neighbours of one.
        let values: [Float] = [.leastNonzeroMagnitude, 1e-38, 1.0000001, 0.99999994, 16_777_215]
        #expect(try StableJSON.decode([Float].self, from: StableJSON.encode(values)) == values)
    }

    @Test func expressionsListWhatMoves() throws {
        let expression: FacialExpression = [.smile: 0.5, .jawOpen: 1]
        let text = String(decoding: try StableJSON.encode(expression), as: UTF8.self)
        #expect(text == #"{"jawOpen":1,"smile":0.5}"#)
    }

    @Test func refusesWhatItDoesNotKnow() throws {
        #expect(throws: DecodingError.self) {
            try StableJSON.decode(FacialExpression.self, from: Array(#"{"grin":1}"#.utf8))
        }
        #expect(throws: DecodingError.self) {
            try StableJSON.decode(FacialParameters.self, from: Array(#"{"noseHump":1}"#.utf8))
        }
        var bytes = try StableJSON.encode(Person(seed: 0, index: 0))
        bytes.removeLast()
        #expect(throws: DecodingError.self) { try StableJSON.decode(Person.self, from: bytes) }
    }
}

import Testing
import World

@Suite struct LookTests {
    @Test func samePersonAndViewIsTheSameLook() {
        let person = Person(seed: 1, index: 2)
        #expect(Look(of: person, view: 3) == Look(of: person, view: 3))
        #expect(Look(of: person, view: 3).camera != Look(of: person, view: 4).camera)
        let other = Person(seed: 1, index: 3)
        #expect(Look(of: person, view: 3).camera != Look(of: other, view: 3).camera)
    }

    @Test func rangeMovesTheCameraAndNothingElse() {
        let person = Person(seed: 1, index: 2)
        var near = Look(of: person, view: 0)
        let far = Look(of: person, view: 0, in: .wide)
        #expect(abs(far.camera.yawDegrees - near.camera.yawDegrees * 60 / 35) < 1e-3)
        near.camera = far.camera
        near.gaze = far.gaze
        #expect(near == far)
    }

    @Test func staysInItsRanges() {
        for index in 0..<300 {
            let look = Look(of: Person(seed: 4, index: index), view: 1)
            #expect(abs(look.camera.yawDegrees) <= 35 && abs(look.camera.pitchDegrees) <= 15)
            #expect(abs(look.gaze.yawDegrees) <= 30 && abs(look.gaze.pitchDegrees) <= 20)
            #expect(Action.allCases.allSatisfy { (0...1).contains(look.expression[$0]) })
        }
    }

    @Test func eyesMeetTheCameraMoreOftenThanNot() {
        let looks = (0..<1000).map { Look(of: Person(seed: 5, index: $0), view: 0) }
        let share = Double(looks.count { $0.looksIntoCamera }) / 1000
        #expect((0.55...0.85).contains(share), "\(share)")
    }

    @Test func habitsBelongToThePerson() {
        // The same person wears the same frame, in some pictures and not in others.
        let people = (0..<400).map { Person(seed: 6, index: $0) }
        let wearers = people.filter { (0.4...0.8).contains($0.habits.glasses) }
        #expect(wearers.count > 20)
        for person in wearers.prefix(20) {
            let styles = (0..<40).map { Look(of: person, view: $0).glasses.style }
            let worn = styles.filter { $0 != .none && $0 != .sunglasses }
            #expect(Set(worn) == [person.habits.frame] && worn.count < 40)
        }
        for person in people where person.age < 12 {
            #expect(Look(of: person, view: 0).makeUp == .none)
        }
    }

    @Test func expressionPresetsCanBeToldApart() {
        let presets = ExpressionPreset.allCases
        for (i, a) in presets.enumerated() {
            for b in presets[..<i] {
                let distance = Action.allCases.reduce(Float(0)) {
                    $0 + abs(a.expression[$1] - b.expression[$1])
                }
                #expect(distance > 0.4, "\(a) \(b)")
            }
        }
        #expect(Set(Action.allCases.map(\.mirrored)).count == Action.allCases.count)
    }

    @Test func everyActionIsPartOfSomething() {
        // Jaw and mouth to either side come from mirroring; the rest must stand in a preset.
        for action in Action.allCases where action != .jawLeft && action != .jawRight {
            let used = ExpressionPreset.allCases.contains {
                $0.expression[action] + $0.expression[action.mirrored] > 0
            }
            #expect(used, "\(action)")
        }
    }

    @Test func weightsAreClamped() {
        var expression = FacialExpression([.smile: 2, .frown: -1])
        #expect(expression[.smile] == 1 && expression[.frown] == 0)
        expression[.jawOpen] = 0.5
        #expect(expression[.jawOpen] == 0.5)
    }
}

import World

/// Who and what a contact sheet shows, cell by cell.
struct SheetCells {
    struct Cell {
        let person: Person
        let look: Look
        let caption: String
    }

    let cells: [Cell]

    init(kind: WorldSheet.Kind, seed: UInt64, person index: Int, count: Int?) throws {
        let person = Person(seed: seed, index: index)
        var calm = Look(of: person, view: 0)
        calm.settle()
        switch kind {
        case .identities:
            cells = (0..<(count ?? 24)).map { i in
                let person = Person(seed: seed, index: index + i)
                return Cell(
                    person: person, look: Look(of: person, view: 0), caption: "\(index + i)")
            }
        case .views:
            let yaws: [Float] = [-60, -35, -15, 0, 15, 35, 60, -35, 0, 35, -20, 20]
            let pitches: [Float] = [0, 0, 0, 0, 0, 0, 0, 20, 25, 20, -20, -20]
            cells = (0..<min(count ?? 12, 12)).map { i in
                var look = calm
                look.camera.yawDegrees = yaws[i]
                look.camera.pitchDegrees = pitches[i]
                return Cell(
                    person: person, look: look,
                    caption: "yaw \(Int(yaws[i])), pitch \(Int(pitches[i]))")
            }
        case .lights:
            cells = LightPreset.allCases.prefix(count ?? 12).map { preset in
                var look = calm
                look.light.preset = preset
                return Cell(person: person, look: look, caption: preset.rawValue)
            }
        case .expressions:
            cells = ExpressionPreset.allCases.prefix(count ?? 12).map { preset in
                var look = calm
                look.preset = preset
                look.expression = preset.expression
                return Cell(person: person, look: look, caption: preset.rawValue)
            }
        case .groups: cells = []
        case .ages:
            cells = [9, 25, 50, 78].prefix(count ?? 4).map { age in
                let older = person.aged(to: Float(age))
                return Cell(person: older, look: calm, caption: "\(age) years")
            }
        }
    }
}

extension Look {
    /// A frontal studio portrait with a calm face: the base that a sheet varies.
    mutating func settle() {
        preset = .neutral
        expression = FacialExpression()
        gaze.yawDegrees = 0
        gaze.pitchDegrees = 0
        head.yawDegrees = 0
        head.pitchDegrees = 0
        head.rollDegrees = 0
        light.preset = .softboxFront
        light.rotationDegrees = 0
        light.intensity = 1
        camera.yawDegrees = 12
        camera.pitchDegrees = 2
        camera.rollDegrees = 0
        camera.zoom = 1
        camera.shift = .zero
        backdrop.kind = .studio
    }
}

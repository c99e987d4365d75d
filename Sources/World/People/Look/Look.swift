/// One picture of a person: everything that is not who they are.
///
/// Drawn from (seed, person, view) by ``init(of:view:in:)``. Left and right are the person's own
/// unless a property says otherwise.
public struct Look: Codable, Equatable, Sendable {
    /// The seed of the person and of this picture.
    public var seed: UInt64
    /// Which person of that seed.
    public var person: Int
    /// Which picture of that person, 0 and up.
    public var view: Int
    /// The name of the expression that ``expression`` is a shade of.
    public var preset: ExpressionPreset
    /// What the face does.
    public var expression: FacialExpression
    /// Where the eyes look.
    public var gaze: Gaze
    /// How the head is turned on the shoulders.
    public var head: HeadPose
    /// Paint on the face.
    public var makeUp: MakeUp
    /// Glasses, or none.
    public var glasses: Glasses
    /// A hat, or none.
    public var hat: Hat
    /// Ear-rings, or none.
    public var earRings: EarRings
    /// What is worn below the neck.
    public var clothes: Clothes
    /// What lies behind.
    public var backdrop: Backdrop
    /// What the picture is lit by.
    public var light: Light
    /// Where the picture is taken from.
    public var camera: Camera
    /// How far the background is out of focus, 0 (sharp) ... 1 (portrait lens wide open).
    public var lensBlur: Float

    /// Draws a look; the same person, view and range give the same look on every machine.
    ///
    /// - Parameters:
    ///   - person: whose habits decide what is worn.
    ///   - view: which picture, 0 and up.
    ///   - range: how far the camera may go around.
    public init(of person: Person, view: Int, in range: ViewRange = .training) {
        func stream(_ name: String) -> WorldRandom {
            WorldRandom(
                seed: person.seed, stream: "look/\(name)", indices: [person.index, view])
        }
        seed = person.seed
        self.person = person.index
        self.view = view
        var mood = stream("preset")
        preset = mood.choose(from: ExpressionPreset.allCases.map { ($0, $0.share) })
        expression = .drawn(preset, stream("expression"))
        camera = .drawn(in: range, stream("camera"))
        head = .drawn(stream("head"))
        backdrop = .drawn(stream("backdrop"))
        light = .drawn(behind: backdrop.kind, stream("light"))
        gaze = .drawn(camera: camera, head: head, light: light.preset, stream("gaze"))
        makeUp = .drawn(person, stream("make-up"))
        glasses = .drawn(person, stream("glasses"))
        hat = .drawn(person, stream("hat"))
        earRings = .drawn(person, stream("ear-rings"))
        clothes = .drawn(person, stream("clothes"))
        var lens = stream("lens")
        lensBlur = lens.uniform(0...1)
    }
}

extension Look {
    /// How far the face is turned from the camera, degrees; positive turns it to the left of the
    /// picture.
    public var facingYawDegrees: Float { camera.yawDegrees - head.yawDegrees }

    /// How far the camera sees the face from above, degrees.
    public var facingPitchDegrees: Float { camera.pitchDegrees - head.pitchDegrees }

    /// Whether the eyes meet the camera, within six degrees.
    public var looksIntoCamera: Bool {
        abs(facingYawDegrees - gaze.yawDegrees) < 6
            && abs(facingPitchDegrees - gaze.pitchDegrees) < 6
    }

    /// Whether the eyes can be seen: open, and not behind dark glasses.
    public var showsEyes: Bool {
        glasses.style != .sunglasses
            && min(expression[.blinkLeft], expression[.blinkRight]) < 0.75
    }
}

/// Manners of opening a caption; each mentions a few things and leaves the rest to be told.
enum CaptionLead: CaseIterable {
    /// "A portrait of a young woman with black hair, smiling gently."
    case portrait
    /// "A young woman with black hair smiles gently, looking straight into the camera."
    case action
    /// "In golden evening sunlight, a young woman with black hair smiles gently."
    case lightFirst
    /// "In a park, a young woman with black hair is wearing a red dress."
    case placeFirst
    /// "A smiling young woman in a red dress, seen from the front."
    case dressed
    /// "The photo shows a young woman with black hair, seen from the front."
    case shows
    /// "Seen from the front, a young woman with black hair smiles gently."
    case viewFirst
    /// "A young woman with black hair wearing a red dress, in a park."
    case wearing
    /// "Head and shoulders of a young woman with black hair, in golden evening sunlight."
    case bust

    /// Writes the opening, and strikes from the writer what it tells.
    func sentence(_ writer: inout CaptionWriter, features: Int) -> String {
        let mood = writer.mood
        switch self {
        case .portrait:
            writer.tell(.mood)
            let kind = writer.random.pick(["portrait", "photo", "portrait photo", "close-up photo"])
            if writer.random.chance(0.5) {
                let person = writer.person(features: features, extra: mood.noun)
                return Grammar.sentence("a \(kind) of \(person)")
            }
            let person = writer.person(features: features)
            return Grammar.sentence("a \(kind) of \(person), \(mood.participle)")
        case .action:
            writer.tell(.mood)
            let person = writer.person(features: features)
            let gaze = writer.setting.gaze(after: mood.verb.singular, &writer.random)
            guard let gaze, writer.random.chance(0.6) else {
                return Grammar.sentence("\(person) \(mood.verb.singular)")
            }
            writer.tell(.gaze)
            return Grammar.sentence("\(person) \(mood.verb.singular), \(gaze)")
        case .lightFirst:
            writer.tell(.mood)
            writer.tell(.light)
            let light = writer.setting.light(&writer.random)
            let person = writer.person(features: features)
            return Grammar.sentence("\(light), \(person) \(mood.verb.singular)")
        case .placeFirst:
            writer.tell(.backdrop)
            let place = writer.setting.backdrop(&writer.random)
            let person = writer.person(features: features)
            let worn = writer.everythingWorn()
            return Grammar.sentence("\(place), \(person) is wearing \(worn)")
        case .dressed:
            writer.tell(.clothes)
            writer.tell(.view)
            if !mood.adjective.isEmpty { writer.tell(.mood) }
            let person = writer.person(features: 0, adjective: mood.adjective)
            let clothes = Grammar.list(writer.clothes)
            return Grammar.sentence("\(person) in \(clothes), seen \(writer.setting.view)")
        case .shows:
            writer.tell(.view)
            let kind = writer.random.pick(["photo", "picture", "image", "photograph"])
            let person = writer.person(features: features)
            return Grammar.sentence("the \(kind) shows \(person), seen \(writer.setting.view)")
        case .viewFirst:
            writer.tell(.view)
            writer.tell(.mood)
            let person = writer.person(features: features)
            return Grammar.sentence(
                "seen \(writer.setting.view), \(person) \(mood.verb.singular)")
        case .wearing:
            writer.tell(.backdrop)
            let person = writer.person(features: features)
            let worn = writer.everythingWorn()
            let place = writer.setting.backdrop(&writer.random)
            return Grammar.sentence("\(person), wearing \(worn), \(place)")
        case .bust:
            writer.tell(.light)
            let person = writer.person(features: features)
            let light = writer.setting.light(&writer.random)
            return Grammar.sentence("head and shoulders of \(person), \(light)")
        }
    }
}

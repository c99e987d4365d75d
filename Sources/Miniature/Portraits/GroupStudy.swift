import Diffusion
import Evaluation
import Faces
import Figures
import ICPortrait
import Images
import Torch
import World

/// IC-Portrait's Figure 10 in the world: unseen people put into pictures of two or three, one after
/// the other, and whether every face is then nearest to its own person.
public struct GroupStudy {
    private let study: PortraitStudy
    private let source: GroupSource
    private let count: Int

    /// A study of the same people and models.
    ///
    /// - Parameters:
    ///   - study: whose people are put in.
    ///   - scenes: pictures of groups, of yet other people.
    ///   - run: whose settings say how large they are.
    /// - Throws: ``MiniatureError`` for fewer than three people; `WorldError`, `ImageError`.
    public init(_ study: PortraitStudy, scenes: Int, _ run: MiniatureRun) throws {
        guard study.counts.people >= 3 else {
            throw MiniatureError(
                "people: expected three or more, who are put into groups, found "
                    + "\(study.counts.people).")
        }
        self.study = study
        let settings = run.settings
        count = scenes
        let side = settings.sizes.groupSide
        var options = GroupSource.Options(
            pictures: 2 * scenes, people: 2...3, identities: settings.world.heldOutIdentities,
            width: side * 3 / 2, height: side)
        options.maps = []
        source = try GroupSource(options, seed: settings.world.seed &+ 2)
    }

    /// One picture with everybody replaced.
    private struct Scene {
        let before, after: Image
        /// Of whom, among the study's people.
        let people: [Int]
        /// By recogniser B and A: of each face, from the left, to each of the people.
        let matrices: [[[Double]]]
    }

    /// Makes and measures all scenes.
    ///
    /// - Parameters:
    ///   - progress: called with scenes done and in all.
    ///   - shouldStop: asked after every step.
    /// - Returns: tables, a sheet and figures; nil after a stop.
    /// - Throws: what the model and the networks throw.
    public func scores(
        progress: (Int, Int) -> Void = { _, _ in }, shouldStop: () -> Bool = { false }
    ) throws -> PartScores? {
        var scenes: [Scene] = []
        var hidden = 0
        for number in 0..<source.count where scenes.count < count {
            let group = try source.portrait(at: number)
            let faces = group.truth().faces
            // Nobody can be told who is behind somebody else.
            guard faces.allSatisfy({ $0.visibleShare >= DetectorTask.leastVisible }) else {
                hidden += 1
                continue
            }
            guard
                let scene = try scene(number, group.view.colour, faces.map(\.face), shouldStop)
            else { return nil }
            scenes.append(scene)
            progress(scenes.count, count)
        }
        return try scores(scenes, hidden: hidden)
    }

    private func scene(
        _ number: Int, _ before: Image, _ faces: [DetectedFace], _ shouldStop: () -> Bool
    ) throws -> Scene? {
        let people = faces.indices.map { (3 * number + $0) % study.counts.people }
        var picture = before
        for (face, person) in zip(faces, people) {
            let target = try HeadView(face, in: picture, side: study.model.encoder.side)
            let photos = try study.heads(of: person)
            let choice = try ProfileChoice(photos, for: target)
            guard
                let made = try study.model.portrait(
                    of: photos[choice.index], among: photos, as: target, seed: UInt64(number),
                    shouldStop: shouldStop)
            else { return nil }
            picture = made.picture
        }
        let found = try study.detector.portraitFaces(in: picture)
        let matrices = try [study.recogniserB, study.recogniserA].map { recogniser in
            let embeddings = try people.map { try study.profiles($0, by: recogniser) }
            return try faces.map { face -> [Double] in
                // A face that is lost is like nobody.
                guard
                    let own = found.max(by: { face.box.overlap($0.box) < face.box.overlap($1.box) }
                    ),
                    face.box.overlap(own.box) > 0.2
                else { return people.map { _ in 0 } }
                let it = try recogniser([recogniser.alignment.aligned(picture, own.points)])
                return try embeddings.map { photos in
                    try recogniser.similarity(it.expanded(photos.shape), photos).mean().item()
                }
            }
        }
        return Scene(before: before, after: picture, people: people, matrices: matrices)
    }

    private func scores(_ scenes: [Scene], hidden: Int) throws -> PartScores {
        var scores = PartScores()
        var rows: [[Table.Cell]] = []
        for (place, name) in ["B, which only judges", "A, which may choose"].enumerated() {
            let all = scenes.map { $0.matrices[place] }
            func isOwn(_ row: [Double], _ person: Int) -> Bool {
                row[person] > 0 && row.indices.allSatisfy { row[$0] <= row[person] }
            }
            let right = all.map { $0.enumerated().filter { isOwn($1, $0) }.count }
            let faces = all.reduce(0) { $0 + $1.count }
            let own = all.flatMap { $0.enumerated().map { $1[$0] } }
            let others = all.flatMap { matrix in
                matrix.enumerated().flatMap { face, row in
                    row.indices.filter { $0 != face }.map { row[$0] }
                }
            }
            let whole = zip(right, all).filter { $0 == $1.count }.count
            let share = Double(whole) / Double(max(scenes.count, 1))
            rows.append([
                .text(name), .number(100 * share),
                .number(100 * Double(right.reduce(0, +)) / Double(max(faces, 1))),
                .number(own.mean), .number(others.mean),
            ])
            if place == 0 {
                scores.figures = [
                    "scenes": Double(scenes.count), "scenes_right": share,
                    "own_similarity": own.mean, "other_similarity": others.mean,
                ]
            }
        }
        scores.tables = [
            Table(
                title: "Whom every face is nearest to",
                columns: [
                    .init("recogniser"),
                    .init("scenes with every face right", unit: "%", digits: 1),
                    .init("faces right", unit: "%", digits: 1),
                    .init("likeness to their own person", digits: 3),
                    .init("to the others of the scene", digits: 3),
                ], rows: rows,
                notes: [
                    "\(scenes.count) scenes of two and three people. Where the faces are is known; "
                        + "the detector finds them again in the result. \(hidden) scenes with a "
                        + "face behind somebody were left out."
                ])
        ]
        for (number, scene) in scenes.prefix(2).enumerated() {
            let people = scene.people.map { "person \($0 + 1)" }
            scores.tables.append(
                Table(
                    title: "Scene \(number + 1), by recogniser B",
                    columns: [.init("face from the left")]
                        + people.map { .init($0, digits: 2) },
                    rows: scene.matrices[0].enumerated().map { face, row in
                        [.count(face + 1)] + row.map { .number($0) }
                    }))
        }
        var sheet = ContactSheet(
            title: "Groups, everybody replaced",
            columns: ["before", "after"] + (1...3).map { "person \($0) from the left" })
        for scene in scenes.prefix(8) {
            let photos: [Image?] = try scene.people.map { try study.heads(of: $0)[0].image }
            let nobody: [Image?] = Array(repeating: nil, count: 3 - photos.count)
            sheet.addRow([scene.before, scene.after] + photos + nobody)
        }
        scores.pictures = [("sheet", "The first scenes, none left out.", try sheet.rendered())]
        return scores
    }
}

extension [Double] {
    fileprivate var mean: Double { isEmpty ? .nan : reduce(0, +) / Double(count) }
}

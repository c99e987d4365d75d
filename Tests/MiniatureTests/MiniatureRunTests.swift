import Diffusion
import Faces
import Foundation
import ICPortrait
import Images
import Miniature
import TestSupport
import Testing
import Training
import World

@Suite struct MiniatureRunTests {
    /// The smallest run that has every stage.
    private func settings(bundle: String) throws -> MiniatureSettings {
        var settings = MiniatureSettings()
        settings.bundle = bundle
        for assignment in [
            "world.identities=4", "world.held_out_identities=4", "world.views=2", "world.groups=4",
            "world.held_out_groups=2", "world.references=6", "sizes.side=32",
            "sizes.autoencoder=[16,16,32]",
            "sizes.context=48", "sizes.vision=2", "sizes.text_layers=1",
            "sizes.unet=[16,32,32]", "sizes.merges=60", "sizes.face_embedding=16",
            "sizes.face=32", "sizes.group_side=32", "autoencoder.losses.crop=0",
            "base.training.sample_every=2", "world.flows=2", "portrait.steps=4",
            "dreambooth.class_count=2", "world.stand_ins=5", "appearance.losses.stand_ins=0.5",
        ] {
            settings = try settings.setting(assignment)
        }
        for stage in [
            "recogniser_a", "recogniser_b", "autoencoder", "clip", "detector", "base", "matching",
            "appearance", "dreambooth",
        ] {
            settings = try settings.setting("\(stage).training.steps=2")
                .setting("\(stage).training.batch_size=4")
                .setting("\(stage).training.evaluate_every=2")
        }
        return settings
    }

    @Test func everyStageRunsAndTheModelsMakeAPicture() throws {
        try withTemporaryFolder { folder in
            let settings = try settings(bundle: "\(folder)/Models/miniature")
            let run = try MiniatureRun("\(folder)/run", settings)
            for stage in MiniatureStage.allCases { #expect(try run.run(stage), "\(stage)") }

            let model = try StableDiffusion(DiffusersFolder(settings.bundle))
            var request = ImageRequest(prompt: "A woman with red hair smiles.")
            (request.steps, request.seed) = (2, 1)
            let words = try model.denoising(request)
            for step in words { _ = try step.get() }
            let picture = try #require(words.images().first)
            #expect((picture.width, picture.height) == (32, 32))

            // The same noise with a picture for a prompt.
            request.imageToken = picture
            let token = try model.denoising(request)
            for step in token { _ = try step.get() }
            #expect(try token.images().first != picture)

            let a = try FaceRecogniser("\(settings.bundle)/recogniser_a")
            let b = try FaceRecogniser("\(settings.bundle)/recogniser_b")
            #expect(a.network.configuration != b.network.configuration)
            _ = try FaceDetector("\(settings.bundle)/detector")(picture)
            let card = try String(contentsOfFile: "\(settings.bundle)/README.md", encoding: .utf8)
            #expect(card.contains("no real person's picture was used"))
            #expect(card.contains("| base | 2 |") && card.contains("| matching | 2 |"))

            try checkPortraits(run, settings.bundle)
            try checkTakingUp(settings, "\(folder)/again")

            var counts = MiniatureEvaluation.Counts()
            (counts.people, counts.pictures, counts.scenes) = (4, 4, 2)
            (counts.pairs, counts.steps) = (4, 2)
            let evaluation = MiniatureEvaluation(
                models: settings.bundle, run: run, counts: counts)
            let figures = try evaluation.write(MiniaturePart.allCases, to: "\(folder)/figures")
            #expect(figures.count == MiniaturePart.allCases.count)
            #expect(figures["autoencoder"]?["psnr"].map { $0 > 0 } == true)
            #expect(figures["matching"]?["heldout_pck_10_zero_flow"].map { $0 > 0 } == true)
            #expect(figures["samples"]?["fid_renders"].map { $0 > 0 } == true)
            for name in ["index.html", "recognisers-roc.svg", "samples-sheet.jpg", "clip.json"] {
                #expect(FileManager.default.fileExists(atPath: "\(folder)/figures/\(name)"))
            }
        }
    }

    /// Another run goes on from the written models, and notices that its base has moved.
    private func checkTakingUp(_ settings: MiniatureSettings, _ folder: String) throws {
        var further = settings
        further.base.training.steps = 3
        let run = try MiniatureRun(folder, further)
        try run.takeUp(settings.bundle)
        let base = CheckpointFolder(reading: "\(folder)/base/checkpoints")
        #expect(base.steps == [2])
        for stage in MiniatureStage.allCases where stage != .bundle {
            #expect(try run.run(stage), "\(stage)")
        }
        #expect(base.steps == [2, 3])
        let steps = MetricsLog.read("\(folder)/base/metrics.jsonl").map(\.step)
        #expect(steps.first == 2 && steps.last == 3)
        let manager = FileManager.default
        let known = try MiniatureRun.settings(in: folder)
        #expect(known.clip == settings.clip && known.sizes == settings.sizes)
        // As good as taken up; only what rests on the base is made again.
        #expect(!manager.fileExists(atPath: "\(folder)/clip/index.html"))
        #expect(manager.fileExists(atPath: "\(folder)/matching-1/config.json"))
        let scale = { (path: String) in
            try String(contentsOfFile: "\(path)/cache/latent-scale.txt", encoding: .utf8)
        }
        #expect(try scale(folder) == scale("\(folder)/../run"))
        let error = #expect(throws: MiniatureError.self) { try run.takeUp(folder) }
        #expect(error?.description.contains("miniature.json") == true)
    }

    /// Every row of the table, of one portrait.
    private func checkPortraits(_ run: MiniatureRun, _ bundle: String) throws {
        var counts = PortraitStudy.Counts()
        (counts.people, counts.references, counts.seeds) = (1, 1, 2)
        let study = try PortraitStudy(models: bundle, run: run, counts: counts)
        #expect(study.model.settings.steps == 4)
        let scores = try #require(try study.table())
        for method in PortraitMethod.allCases {
            // The answer key's distance from itself is 0, which has no ratio to noise.
            let psnr = scores.figures["psnr_\(method.rawValue)"]
            #expect((psnr ?? .infinity) > 0 && (psnr == nil) == (method == .key), "\(method)")
        }
        #expect(abs(scores.figures["features_key"] ?? 1) < 1e-5)
        #expect(scores.figures["similarity_bound"].map { $0 < 1.001 } == true)
        #expect(scores.tables.count == 3 && scores.pictures.count == 1)

        (counts.people, counts.references, counts.seeds) = (3, 1, 1)
        let people = try PortraitStudy(models: bundle, run: run, counts: counts)
        for sweep in [PortraitSweep.keepRatio, .lights] {
            let scores = try #require(try people.sweep(sweep))
            let shading = scores.figures.filter { $0.key.hasPrefix("psnr_\(sweep.rawValue)") }
            #expect(shading.count >= 5 && scores.plots.count == (sweep == .lights ? 0 : 5))
        }
        let groups = try #require(try GroupStudy(people, scenes: 2, run).scores())
        #expect(groups.figures["scenes"] == 2 && groups.tables.count == 3)
        let matching = try #require(try MatchingStudy(run, steps: [0, 2, 4]).scores())
        #expect(matching.tables.map(\.rows.count) == [2 + 3 * 3, 2 + 3 * 3])
        try checkFlows(run)
        try checkPhotos(study)
    }

    /// Photos that show nobody are left out, and people of whom too few are left.
    private func checkPhotos(_ study: PortraitStudy) throws {
        try withTemporaryFolder { folder in
            let codec = try VipsCodec(limits: ImageLimits(sides: 8...64))
            for name in ["anna/1", "anna/2", "anna/3", "ben/1", "ben/2"] {
                let path = "\(folder)/\(name).png"
                let parent = URL(fileURLWithPath: path).deletingLastPathComponent()
                try FileManager.default.createDirectory(
                    at: parent, withIntermediateDirectories: true)
                let picture = try Image(width: 40, height: 40, colour: [90, 80, 70])
                try Data(codec.encode(picture, as: .png())).write(to: URL(fileURLWithPath: path))
            }
            let photos = try ViewFolder(folder)
            let before = try photos.fingerprint()
            func views(without name: String) throws -> ViewLatents? {
                try photos.encoded(by: study.model.encoder) { image, path in
                    path.hasSuffix(name) ? nil : image
                }
            }
            #expect(try views(without: "anna/2.png")?.people.map(\.count) == [2, 2])
            #expect(try views(without: "ben/1.png")?.people.map(\.count) == [3])
            #expect(throws: ICPortraitError.self) { try views(without: ".png") }
            try Data("no picture".utf8).write(to: URL(fileURLWithPath: "\(folder)/ben/1.png"))
            #expect(try ViewFolder(folder).fingerprint() != before)
            let error = #expect(throws: ICPortraitError.self) { try views(without: "none") }
            #expect(error?.description.contains("ben/1.png: ") == true)
        }
    }

    /// The file of flows, found with coarse heads at the latents' size, against the truth at the
    /// pictures' own size.
    private func checkFlows(_ run: MiniatureRun) throws {
        let data = try run.trainData()
        let flows = try ViewFlows("\(run.path)/cache/flows.safetensors")
        let studio = try Studio()
        var errors: [Float] = []
        for (number, pair) in flows.pairs.enumerated() {
            let renders = try [pair.target, pair.profile].map { picture in
                let sitter = try studio.sitter(data.person(picture), detail: .init(size: data.side))
                return try studio.portrait(of: sitter, data.look(picture), size: data.side)
            }
            let truth = try studio.correspondence(from: renders[0], to: renders[1])
            let (cells, found, seen) = flows.flow(number)
            let step = data.side / cells
            for cell in 0..<cells * cells where seen[cell] == 1 {
                // The pixel below and right of the cell's middle.
                let pixel =
                    (cell / cells * step + step / 2) * data.side + cell % cells * step + step / 2
                guard truth.isVisible(pixel) else { continue }
                let own = truth.flow[pixel] / Float(step)
                errors.append(max(abs(own.x - found[cell].x), abs(own.y - found[cell].y)))
            }
        }
        errors.sort()
        #expect(errors.count > 50)
        #expect(errors[errors.count / 2] < 0.15 && errors[errors.count * 9 / 10] < 0.6, "\(errors)")
    }

    @Test func aStoppedStageSaysSoAndGoesOn() throws {
        try withTemporaryFolder { folder in
            let settings = try settings(bundle: "\(folder)/bundle")
            var reporting = MiniatureRun.Reporting()
            reporting.shouldStop = { true }
            let stopped = try MiniatureRun("\(folder)/run", settings, reporting: reporting)
            #expect(try !stopped.run(.world))
            let again = try MiniatureRun("\(folder)/run", settings)
            #expect(try again.run(.world))
        }
    }

    @Test func aStageWithoutItsForerunnerNamesIt() throws {
        try withTemporaryFolder { folder in
            let run = try MiniatureRun("\(folder)/run", settings(bundle: "\(folder)/bundle"))
            #expect(try run.run(.world) && run.run(.vocabulary))
            for (stage, forerunner) in [
                (MiniatureStage.latents, "autoencoder"), (.detector, "groups"),
                (.base, "clip"),
            ] {
                let error = #expect(throws: MiniatureError.self) { try run.run(stage) }
                #expect(error?.description.contains("--stage \(forerunner)") == true, "\(stage)")
            }
        }
    }
}

import Diffusion
import Faces
import Foundation
import Miniature
import TestSupport
import Testing
import Training

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
        ] {
            settings = try settings.setting(assignment)
        }
        for stage in [
            "recogniser_a", "recogniser_b", "autoencoder", "clip", "detector", "base", "matching",
            "appearance",
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

    /// Every row of the table, of one portrait.
    private func checkPortraits(_ run: MiniatureRun, _ bundle: String) throws {
        var counts = PortraitStudy.Counts()
        (counts.people, counts.references, counts.seeds) = (1, 1, 2)
        let study = try PortraitStudy(models: bundle, run: run, counts: counts)
        #expect(study.model.settings.steps == 4)
        let scores = try #require(try study.table())
        for method in PortraitMethod.allCases {
            #expect(scores.figures["psnr_\(method.rawValue)"].map { $0 > 0 } == true, "\(method)")
        }
        #expect(scores.figures["similarity_bound"].map { $0 < 1.001 } == true)
        #expect(scores.tables.count == 3 && scores.pictures.count == 1)
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
            let error = #expect(throws: MiniatureError.self) { try run.run(.latents) }
            #expect(error?.description.contains("--stage autoencoder") == true)
        }
    }
}

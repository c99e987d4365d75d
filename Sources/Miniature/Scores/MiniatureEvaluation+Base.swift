import Diffusion
import Evaluation
import Figures
import Foundation
import Images
import Torch

extension MiniatureEvaluation {
    /// The base's own matching of two pictures of a person.
    func matching() throws -> PartScores {
        let (network, text) = (try unet(), try textEncoder())
        let pairs = try run.matchingPairs(counts.pairs)
        let found = try BaseMatching(
            pairs, autoencoder: vae(), noText: noText(text), device: device
        ).scores(network)
        var scores = PartScores()
        scores.figures = found.figures
        scores.tables = [
            Table(
                title: "Matching by the base's own features",
                columns: [.init("flow")] + FlowScores.columns,
                rows: [
                    [.text("middle and first block up, clean")] + found.found.cells,
                    [.text("zero")] + found.zero.cells,
                ],
                notes: [
                    "\(pairs.count) pairs of unseen people; shares of places that both pictures "
                        + "show, within a share of the face's width."
                ])
        ]
        return scores
    }

    /// Pictures from captions of unseen people, and how the set of them compares.
    func samples() throws -> PartScores {
        let data = try run.heldOutData()
        let model = try ContrastiveModel(
            text: textEncoder(), vision: vision(), tokenizer: tokenizer(), device: device)
        let (autoencoder, network) = (try vae(), try unet())
        let sampler = BaseSampler(
            unet: network, configuration: try scheduler(), noText: try noText(model.text),
            steps: counts.steps, scale: counts.guidance)
        func made(_ captions: [String], seed: UInt64) throws -> Tensor {
            let generator = try Generator(seed: seed)
            let side = run.settings.sizes.latentSide
            let ids = try model.tokenizer.encode(
                captions, length: model.text.configuration.maxPositionEmbeddings
            ).ids
            return try .cat(
                ids.split(16).map { part in
                    let noise = try Tensor.randn(
                        [part.shape[0], 4, side, side], generator: generator)
                    let latents = try sampler(
                        model.text(part.to(device)).lastHiddenState, noise: noise.to(device))
                    return try autoencoder.decode(autoencoder.unscaled(latents))
                        .clamped(min: -1, max: 1).to(.cpu)
                })
        }

        var scores = PartScores()
        let told = (0..<min(16, data.people)).map {
            data.caption($0 * data.views, .medium, variant: 0)
        }
        let shown = try made(told.flatMap { Array(repeating: $0, count: 4) }, seed: 1)
        scores.pictures = [
            (
                "sheet", "Four pictures of each of \(told.count) captions, none left out.",
                try sheet(shown)
            )
        ]
        scores.tables = [
            Table(
                title: "Captions, in the sheet's order",
                columns: [.init("pictures"), .init("caption")],
                rows: told.enumerated().map { [.text("\($0 * 4 + 1)-\($0 * 4 + 4)"), .text($1)] })
        ]

        let indices = spread(counts.pictures, over: data)
        let captions = indices.map { data.caption($0, .medium, variant: 0) }
        let pictures = try made(captions, seed: 2)
        let decoded = try reconstructions(autoencoder, data, indices)
        let references = try run.references()
        let reference = try model.embed(references, Array(0..<references.count))
        let sets = [
            ("samples", try embed(model, pictures)), ("renders", try model.embed(data, indices)),
            ("reconstructions", try embed(model, decoded)),
        ]
        var rows: [[Table.Cell]] = []
        for (name, features) in sets {
            let frechet = try frechetDistance(statistics(reference), statistics(features))
            let kernel = try kernelDistance(reference, features, subsetSize: 250)
            scores.figures["fid_\(name)"] = frechet
            scores.figures["kid_\(name)"] = kernel.mean
            rows.append([
                .text(name), .count(features.shape[0]), .number(frechet), .number(kernel.mean),
                .number(kernel.standardDeviation),
            ])
        }
        scores.tables.append(
            Table(
                title: "Distance to \(references.count) renders of other people",
                columns: [
                    .init("set"), .init("pictures"), .init("FID", digits: 3),
                    .init("KID", digits: 4), .init("deviation of KID", digits: 4),
                ], rows: rows,
                notes: ["In the space of the miniature CLIP's image embeddings: not Inception's."]))
        scores.tables.append(
            try captionTable(model, captions, sets[0].1, sets[1].1, &scores.figures))
        return scores
    }

    /// Cosines of captions with their own pictures and with others'.
    private func captionTable(
        _ model: ContrastiveModel, _ captions: [String], _ samples: Tensor, _ renders: Tensor,
        _ figures: inout [String: Double]
    ) throws -> Table {
        let texts = try unitRows(model.embed(captions))
        var rows: [[Table.Cell]] = []
        for (name, features) in [("samples", samples), ("renders", renders)] {
            let unit = try unitRows(features)
            let right = try (texts * unit).sum([1]).mean().item()
            // Every caption with the next one's picture.
            let next = try Tensor.cat([unit[1...], unit[0..<1]])
            let wrong = try (texts * next).sum([1]).mean().item()
            figures["clip_right_\(name)"] = right
            figures["clip_shuffled_\(name)"] = wrong
            rows.append([.text(name), .number(right), .number(wrong)])
        }
        return Table(
            title: "Cosine of pictures and captions",
            columns: [
                .init("pictures"), .init("own caption", digits: 4),
                .init("another's caption", digits: 4),
            ], rows: rows)
    }

    private func embed(_ model: ContrastiveModel, _ pictures: Tensor) throws -> Tensor {
        try .cat(pictures.split(64).map { try model.embed($0) })
    }

    private func statistics(_ features: Tensor) throws -> GaussianStatistics {
        var statistics = try GaussianStatistics(
            net: "miniature-clip", dimension: features.shape[1])
        try statistics.add(features)
        return statistics
    }

    /// Eight pictures a row.
    private func sheet(_ pictures: Tensor) throws -> Image {
        var style = ContactSheet.Style()
        (style.cellWidth, style.cellHeight, style.gap) = (128, 128, 2)
        let columns = min(8, pictures.shape[0])
        var sheet = ContactSheet(columns: Array(repeating: "", count: columns), style: style)
        for start in Swift.stride(from: 0, to: pictures.shape[0] / columns * columns, by: columns) {
            sheet.addRow(try (start..<start + columns).map { try Image(tensor: pictures[$0]) })
        }
        return try sheet.rendered()
    }

    private func unet() throws -> UNet2DCondition {
        try ModelFolder(folder("unet")).unet(dtype: .float32, device: device).network
    }

    private func scheduler() throws -> SchedulerConfiguration {
        let path = try "\(folder("scheduler"))/scheduler_config.json"
        guard let json = FileManager.default.contents(atPath: path) else {
            throw MiniatureError("\(path): expected the sampler's configuration, found none.")
        }
        return try SchedulerConfiguration.load(json: Array(json), from: path)
    }

    private func noText(_ text: CLIPText) throws -> Tensor {
        let length = text.configuration.maxPositionEmbeddings
        return try text(tokenizer().encode([""], length: length).ids.to(device)).lastHiddenState
    }
}

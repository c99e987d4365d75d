import Diffusion
import Evaluation
import Faces
import Figures
import Images
import Torch

extension MiniatureEvaluation {
    /// How close decoded pictures come to the encoded ones, and whether they show the same person.
    func autoencoder() throws -> PartScores {
        let data = try run.heldOutData()
        let network = try vae()
        let indices = spread(counts.pictures, over: data)
        let pictures = try reconstructions(network, data, indices)
        var (ratios, similarities): ([Double], [Double]) = ([], [])
        _ = try batches(of: indices.count) { part in
            let truth = try PictureBatch(data, Array(indices[part])).tensor(on: .cpu)
            ratios += try psnr(pictures[part], truth)
            similarities += try ssim(pictures[part], truth)
        }
        let cosine = try has("recogniser_b") ? mean(cosines(data, indices, pictures)) : nil
        var scores = PartScores()
        scores.figures = ["psnr": mean(ratios), "ssim": mean(similarities)]
        scores.figures["cosine_b"] = cosine
        scores.tables = [
            Table(
                title: "Reconstruction",
                columns: [
                    .init("pictures"), .init("PSNR", unit: "dB"), .init("least", unit: "dB"),
                    .init("SSIM", digits: 4), .init("cosine of recogniser B", digits: 4),
                ],
                rows: [
                    [
                        .count(indices.count), .number(mean(ratios)),
                        .number(ratios.min() ?? .nan), .number(mean(similarities)),
                        cosine.map { .number($0) } ?? .missing,
                    ]
                ])
        ]
        scores.pictures = [
            (
                "reconstructions", "Above pictures, below what the autoencoder makes of them.",
                try sheet(data, Array(indices.prefix(4)), pictures)
            )
        ]
        return scores
    }

    /// What an autoencoder makes of some pictures, `[K, 3, S, S]` in -1...1 on the CPU.
    func reconstructions(
        _ network: AutoencoderKL, _ data: PortraitData, _ indices: [Int]
    ) throws -> Tensor {
        try .cat(
            batches(of: indices.count, size: 16) { part in
                let x = try PictureBatch(data, Array(indices[part])).tensor(on: device)
                return try network.decode(network.encode(x).mean).clamped(min: -1, max: 1)
                    .to(.cpu)
            })
    }

    /// Indices of pictures of as many people as there are, in every view.
    func spread(_ count: Int, over data: PortraitData) -> [Int] {
        (0..<min(count, data.count)).map { place in
            let person = place % data.people
            return person * data.views + (place / data.people + person) % data.views
        }
    }

    /// Recogniser B's cosine of each picture and its reconstruction, aligned by the same points.
    private func cosines(
        _ data: PortraitData, _ indices: [Int], _ pictures: Tensor
    ) throws -> [Double] {
        let recogniser = try recogniser("b")
        let alignment = recogniser.alignment
        let bytes = try ((pictures + 1) * 127.5).round().to(.uint8)
        let faces = try Tensor.stack(
            indices.enumerated().map { place, index in
                try alignment.alignedTensor(bytes[place], facePoints(data, index))
            })
        let size = recogniser.network.configuration.inputSize
        let found = try recogniser(faces)
        let truth = try recogniser(alignedFaces(data, indices, size: size))
        return try (found * truth).sum([1]).to(.float64).toArray()
    }

    /// Pictures above reconstructions, each enlarged to 512 pixels.
    private func sheet(_ data: PortraitData, _ indices: [Int], _ decoded: Tensor) throws -> Image {
        var style = ContactSheet.Style()
        (style.cellWidth, style.cellHeight) = (512, 512)
        var sheet = ContactSheet(columns: indices.map { _ in "" }, style: style)
        let truth = try PictureBatch(data, indices).tensor(on: .cpu)
        for (name, rows) in [("picture", truth), ("decoded", decoded)] {
            sheet.addRow(
                try indices.indices.map { try Image(tensor: rows[$0]) }, label: name)
        }
        return try sheet.rendered()
    }
}

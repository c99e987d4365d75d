import Evaluation
import Faces
import Figures
import Images
import Torch

extension MiniatureEvaluation {
    /// Faces and points found in scenes with one to four people.
    func detector() throws -> PartScores {
        let data = try run.heldOutGroups()
        let network = try FaceDetector(folder("detector"), dtype: .float32, device: device).network
        let own = FaceDetector.Options.portraits
        let ways: [(name: String, options: FaceDetector.Options)] = [
            ("mean of anchors that agree, of the picture and its mirror image", own),
            ("mean of anchors that agree", .init(pooling: own.pooling)),
            ("surest anchor", .init()),
        ]
        let found = try ways.map {
            try DetectorTask.scores(
                network, data, limit: counts.scenes, $0.options, on: device)
        }
        var scores = PartScores()
        scores.figures = [
            "average_precision": found[0].averagePrecision,
            "landmark_median": found[0].landmarkSummary.median,
            "landmark_90": found[0].landmarkSummary.percentile90,
        ]
        scores.tables = [
            Table(
                title: "Faces in scenes with up to four people",
                columns: [
                    .init("box and points"), .init("scenes"),
                    .init("average precision at IoU 0.5", digits: 4),
                    .init("precision at score 0.5", digits: 4),
                    .init("recall at score 0.5", digits: 4),
                    .init("score of precision 0.98", digits: 3),
                    .init("recall there", digits: 4),
                    .init("five points, median error", unit: "% of the face"),
                    .init("90th percentile", unit: "% of the face"),
                ],
                rows: zip(ways, found).map { way, own in
                    let (sure, landmarks) = (own.step(atScore: 0.5), own.landmarkSummary)
                    let exact = own.step(atPrecision: 0.98)
                    return [
                        .text(way.name), .count(min(counts.scenes, data.count)),
                        .number(own.averagePrecision), .number(sure.precision),
                        .number(sure.recall), .number(exact?.score ?? .nan),
                        .number(exact?.recall ?? 0), .number(100 * landmarks.median),
                        .number(100 * landmarks.percentile90),
                    ]
                },
                notes: [
                    "Faces of which less than 40 % is seen neither count nor harm; a face's "
                        + "size is the square root of its box's area."
                ])
        ]
        scores.plots = [("precision", found[0].plot(title: "Face detection"))]
        return scores
    }
}

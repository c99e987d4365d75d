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
        let found = try DetectorTask.scores(network, data, limit: counts.scenes, on: device)
        let landmarks = found.landmarkSummary
        let sure = found.step(atScore: 0.5)
        var scores = PartScores()
        scores.figures = [
            "average_precision": found.averagePrecision, "landmark_median": landmarks.median,
            "landmark_90": landmarks.percentile90,
        ]
        scores.tables = [
            Table(
                title: "Faces in scenes with up to four people",
                columns: [
                    .init("scenes"), .init("average precision at IoU 0.5", digits: 4),
                    .init("precision at score 0.5", digits: 4),
                    .init("recall at score 0.5", digits: 4),
                    .init("five points, median error", unit: "% of the face"),
                    .init("90th percentile", unit: "% of the face"),
                ],
                rows: [
                    [
                        .count(min(counts.scenes, data.count)), .number(found.averagePrecision),
                        .number(sure.precision), .number(sure.recall),
                        .number(100 * landmarks.median), .number(100 * landmarks.percentile90),
                    ]
                ],
                notes: [
                    "Faces of which less than 40 % is seen neither count nor harm; a face's "
                        + "size is the square root of its box's area."
                ])
        ]
        scores.plots = [("precision", found.plot(title: "Face detection"))]
        return scores
    }
}

import Faces
import Training

/// Pictures for a detector to learn from, each batch of one kind: whole scenes at half their size,
/// windows of scenes at full size, single portraits.
///
/// Windows and halves cost a quarter of a scene, and show faces in two sizes. Windows keep a face
/// whose middle they show, cut to the window, as RetinaFace's own training does.
struct DetectorPictures: BatchSource {
    /// How a batch shows its pictures.
    private enum Kind: Int { case half, window, portrait }

    let scenes: GroupData
    let portraits: PortraitData
    let batchSize: Int
    private let order, portraitOrder: SampleShuffle
    private let seeds: StepSeed

    init(scenes: GroupData, portraits: PortraitData, _ settings: TrainingSettings) {
        (self.scenes, self.portraits) = (scenes, portraits)
        batchSize = settings.batchSize
        seeds = StepSeed(settings.seed)
        order = SampleShuffle(count: scenes.count, seed: seeds("scenes", 0))
        portraitOrder = SampleShuffle(count: portraits.count, seed: seeds("portraits", 0))
    }

    func batch(at step: Int) throws -> DetectorTask.Batch {
        var random = StepRandom(seed: seeds("kind", step))
        let isMirrored = random.below(2) == 0
        let places = step * batchSize..<(step + 1) * batchSize
        var parts: [PictureWindow] = []
        switch Kind(rawValue: random.below(3)) ?? .half {
        case .half: parts = places.map { scene(order[$0]).halved() }
        case .window:
            let (width, height) = (scenes.width / 2, scenes.height / 2)
            parts = places.map {
                scene(order[$0]).window(
                    left: random.below(scenes.width - width + 1),
                    top: random.below(scenes.height - height + 1), width: width, height: height)
            }
        case .portrait: parts = places.map { portrait(portraitOrder[$0]) }
        }
        return DetectorTask.Batch(
            pictures: parts.flatMap(\.planes), width: parts[0].width, height: parts[0].height,
            faces: parts.map { $0.targets(mirrored: isMirrored) }, isMirrored: isMirrored)
    }

    private func scene(_ index: Int) -> PictureWindow {
        PictureWindow(
            width: scenes.width, height: scenes.height, planes: scenes.pictures([index]),
            faces: scenes.faces(index).filter { $0.visibleShare >= DetectorTask.leastVisible }
                .map { .init(box: $0.box, points: $0.points) })
    }

    private func portrait(_ index: Int) -> PictureWindow {
        PictureWindow(
            width: portraits.side, height: portraits.side, planes: portraits.pictures([index]),
            faces: [.init(box: portraits.box(index), points: portraits.points([index]))])
    }
}

/// A picture's pixels and faces, in pixels from a pixel's corner.
package struct PictureWindow {
    /// A face that is looked for.
    package struct Face: Equatable {
        /// Left, top, right, bottom.
        package var box: [Float]
        /// Five points, x and y in turn.
        package var points: [Float]

        package init(box: [Float], points: [Float]) {
            (self.box, self.points) = (box, points)
        }
    }

    package let width, height: Int
    /// `[3, H, W]`.
    package let planes: [UInt8]
    package let faces: [Face]

    package init(width: Int, height: Int, planes: [UInt8], faces: [Face]) {
        (self.width, self.height, self.planes, self.faces) = (width, height, planes, faces)
    }

    /// Half as wide and high, each pixel the mean of four.
    package func halved() -> PictureWindow {
        let (w, h) = (width / 2, height / 2)
        var small = [UInt8](repeating: 0, count: 3 * w * h)
        for channel in 0..<3 {
            for y in 0..<h {
                let above = (channel * height + 2 * y) * width
                for x in 0..<w {
                    let at = above + 2 * x
                    let sum =
                        Int(planes[at]) + Int(planes[at + 1]) + Int(planes[at + width])
                        + Int(planes[at + width + 1])
                    small[(channel * h + y) * w + x] = UInt8((sum + 2) / 4)
                }
            }
        }
        return PictureWindow(
            width: w, height: h, planes: small,
            faces: faces.map { face in
                Face(box: face.box.map { $0 / 2 }, points: face.points.map { $0 / 2 })
            })
    }

    /// A part at full size, with the faces whose middle it shows.
    package func window(left: Int, top: Int, width w: Int, height h: Int) -> PictureWindow {
        var part: [UInt8] = []
        part.reserveCapacity(3 * w * h)
        for row in (0..<3).flatMap({ channel in (0..<h).map { channel * height + top + $0 } }) {
            part += planes[row * width + left..<row * width + left + w]
        }
        let (x0, y0) = (Float(left), Float(top))
        let kept = faces.compactMap { face -> Face? in
            let box = [face.box[0] - x0, face.box[1] - y0, face.box[2] - x0, face.box[3] - y0]
            let (x, y) = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
            guard x >= 0, y >= 0, x < Float(w), y < Float(h) else { return nil }
            return Face(
                box: [
                    max(box[0], 0), max(box[1], 0), min(box[2], Float(w)), min(box[3], Float(h)),
                ],
                points: face.points.enumerated().map { $1 - ($0 % 2 == 0 ? x0 : y0) })
        }
        return PictureWindow(width: w, height: h, planes: part, faces: kept)
    }

    /// Faces in parts of the picture, mirrored if asked.
    package func targets(mirrored: Bool) -> [FaceTarget] {
        let (w, h) = (Float(width), Float(height))
        return faces.map { face in
            var box = SIMD4(
                face.box[0] / w, face.box[1] / h, face.box[2] / w, face.box[3] / h)
            // Found points follow `Point`: whole numbers are pixels' centres.
            let shift = SIMD2(0.5 / w, 0.5 / h)
            var points = (0..<5).map { SIMD2(face.points[2 * $0] / w, face.points[2 * $0 + 1] / h) }
            if mirrored {
                box = SIMD4(1 - box.z, box.y, 1 - box.x, box.w)
                // The picture's left eye is now its right one; so are the mouth's corners.
                points = [1, 0, 2, 4, 3].map { SIMD2(1 - points[$0].x, points[$0].y) }
            }
            return FaceTarget(
                box: box, points: points.flatMap { [$0.x - shift.x, $0.y - shift.y] })
        }
    }
}

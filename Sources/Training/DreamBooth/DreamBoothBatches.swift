/// Which views a step learns from: photos and class pictures, each in its own endless random order.
struct DreamBoothBatches: BatchSource {
    let photos: PhotoSet
    let classes: PhotoSet?
    let batchSize: Int
    private let flips: Bool
    private let seeds: StepSeed
    private let order, classOrder: SampleShuffle

    init(_ photos: PhotoSet, classes: PhotoSet?, _ settings: DreamBoothSettings) {
        (self.photos, self.classes) = (photos, classes)
        batchSize = settings.training.batchSize
        flips = settings.flips
        seeds = StepSeed(settings.training.seed)
        order = SampleShuffle(count: photos.count, seed: seeds("photos", 0))
        classOrder = SampleShuffle(count: classes?.count ?? 1, seed: seeds("class", 0))
    }

    func batch(at step: Int) throws -> DreamBoothTask.Batch {
        func views(_ set: PhotoSet, _ order: SampleShuffle, _ purpose: String) -> [PhotoSet.View] {
            var random = StepRandom(seed: seeds(purpose, step))
            return (0..<batchSize).map {
                set.view(of: order[step * batchSize + $0], flips: flips, &random)
            }
        }
        return DreamBoothTask.Batch(
            photos: views(photos, order, "view"),
            classes: classes.map { views($0, classOrder, "class view") } ?? [])
    }
}

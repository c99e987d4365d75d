import Testing
import Training

@Suite struct LearningRateScheduleTests {
    // diffusers.optimization.get_scheduler(name, ..., num_warmup_steps=4, num_training_steps=12)
    @Test(arguments: [
        (LearningRateCurve.constant, [0, 0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 1, 1, 1]),
        (.linear, [0, 0.25, 0.5, 0.75, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125]),
        (
            .cosine,
            [
                0, 0.25, 0.5, 0.75, 1, 0.9619397662556434, 0.8535533905932737, 0.6913417161825449,
                0.5, 0.3086582838174552, 0.14644660940672627, 0.038060233744356624,
            ]
        ),
    ])
    func followsDiffusers(_ curve: LearningRateCurve, _ expected: [Double]) {
        let schedule = LearningRateSchedule(curve, warmupSteps: 4, steps: 12)
        for (step, share) in expected.enumerated() {
            #expect(abs(schedule.share(at: step) - share) < 1e-12)
        }
    }

    @Test func endsAtItsFinalShare() {
        let schedule = LearningRateSchedule(.cosine, steps: 10, finalShare: 0.1)
        #expect(abs(schedule.share(at: 10) - 0.1) < 1e-12)
        #expect(schedule.share(at: 0) == 1)
    }
}

import Diffusion
import Testing

@Suite struct DiffusionErrorTests {
    @Test func isItsSentence() { #expect("\(DiffusionError("Why."))" == "Why.") }
}

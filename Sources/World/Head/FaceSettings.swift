/// A face in facial parameters: what the shape basis is learnt from and people are made with.
package struct FaceSettings: Equatable, Sendable {
    var parameters = FacialParameters()
    var asymmetry = FacialAsymmetry(
        eyeHeight: 0, browHeight: 0, mouthTilt: 0, noseBend: 0, jawShift: 0, earHeight: 0)
    /// -1 thin ... 1 heavy.
    var weight: Float = 0
    /// Years; below about 16 the face is still growing.
    var age: Float = 30

    package init() {}

    /// The face of a person.
    package init(_ person: Person) {
        parameters = person.facial
        asymmetry = person.asymmetry
        weight = person.weight
        age = person.age
    }
}

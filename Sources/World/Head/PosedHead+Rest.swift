extension PosedHead {
    /// A person's head at rest straight from the sculptor, rather than through FLAME's bases.
    package init(atRest person: Person, _ head: BuiltInHead = .shared) {
        let metres = head.sculpture.vertices(FaceSettings(person)).map(BuiltInHead.metres)
        self.init(
            positions: metres, normals: head.normals(of: metres),
            skull: RigidMotion(axisAngle: .zero, pivot: .zero))
    }
}

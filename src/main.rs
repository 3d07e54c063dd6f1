fn main() {
    stepglass::start();
}

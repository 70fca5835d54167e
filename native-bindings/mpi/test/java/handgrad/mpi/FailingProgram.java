package handgrad.mpi;

/** Lets rank 1 fail in the way that its argument names, while the others wait for it. */
final class FailingProgram {
    private FailingProgram() {}

    static void main(String[] arguments) throws InterruptedException {
        boolean fails = Launcher.current().orElseThrow().rank() == 1;
        String way = arguments[0];
        if (fails && way.equals("before it is open")) {
            Mpi.abort(3);
        }
        var ranks = Mpi.open();
        if (fails) {
            switch (way) {
                case "when it is open" -> Mpi.abort(3);
                case "in another thread" -> {
                    Thread.ofPlatform().start(() -> Mpi.abort(3));
                    Thread.sleep(10_000);
                }
                case "without a word" -> Runtime.getRuntime().halt(3);
                default -> throw new IllegalArgumentException(way);
            }
        }
        ranks.barrier();
        ranks.close();
    }
}

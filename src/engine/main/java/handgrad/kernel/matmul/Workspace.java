package handgrad.kernel.matmul;

/**
 * What a thread reuses for one product after the other. Each level of the work has its own, so none disturbs another.
 */
final class Workspace {
    private static final ThreadLocal<Workspace> OF_THREAD = ThreadLocal.withInitial(Workspace::new);

    /** The product that a caller asked for. */
    final Product asked = new Product();

    /** The product with its operands exchanged, of {@link TransposedProduct}. */
    final Product exchanged = new Product();

    /** That part of a product which this thread does on its own. */
    final Product part = new Product();

    /** All rows of one block of columns and depth, which the threads read together. */
    final Product block = new Product();

    /** Those rows of a block that this thread multiplies. */
    final Product rows = new Product();

    private Workspace() {}

    static Workspace ofThread() {
        return OF_THREAD.get();
    }
}

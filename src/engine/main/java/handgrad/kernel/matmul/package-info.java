/**
 * The matrix product: C = op(A) op(B), or C += op(A) op(B), in the three forms that a layer needs, A B, A Bᵀ and Aᵀ B.
 *
 * <p><b>Who does what.</b> {@link handgrad.kernel.matmul.MatrixProduct} sends a product to OpenBLAS or to the Java
 * kernel, as {@link handgrad.kernel.route.Route} says. {@code VectorMatmul} cuts it into blocks and hands them to the
 * threads. {@code MatmulTiles} or {@code MatmulStrips} multiply one block: they have {@code MatmulPacking} copy what
 * has to be copied, and run {@code MatmulTile} or {@code MatmulStrip}, the innermost loops. {@code MatmulRow} is for
 * products of at most 3 rows. {@code ScalarMatmul} is plain loops: the fallback without the Vector API, float64, and
 * what the tests compare with. One {@link handgrad.kernel.matmul.Product} goes through all of them, beside the three
 * arrays: it holds the sizes and where the matrices lie, and each thread reuses its own. {@code BatchedProduct} does
 * many products of one size.
 *
 * <p><b>Tiles.</b> C is cut into panels of two vectors of columns, and a panel into tiles of some rows. A tile keeps
 * its sums in registers and walks down k. In each step it loads two vectors of B and, for each of its rows, puts one
 * element of A into all lanes of a vector: so a number that is loaded once is used by many multiply-adds. How many rows
 * a tile has, and how A and B lie for it, depends on the registers of the CPU. With 32, as in AVX-512 and Neon, a tile
 * has up to 8 rows ({@code MatmulTiles}). With the 16 of AVX2 it has 6 or 4, in strips down a panel
 * ({@code MatmulStrips}).
 *
 * <p><b>Edges.</b> Where a panel has fewer columns than two vectors, the vectors overlap: the columns in both are
 * computed twice, to the same bits. So no tile reads or writes past a row. Only where all of C is narrower than one
 * vector, or, for strips, where too few rows are left for a tile, does a tile work in a buffer.
 *
 * <p><b>Packing.</b> A tile is fastest when what it reads lies in the order in which it reads it. So a panel of B is
 * copied row by row, and A is copied such that the elements of one step lie side by side, or its rows one after the
 * other. A copy pays where it is read often: B by many rows, A by many columns. Small matrices are read as they lie.
 *
 * <p><b>Blocks</b>, after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", ACM Transactions
 * on Mathematical Software 34 (3), 2008. k is cut into blocks of 256, so that a panel of B, 32 KiB on AVX-512 and 16
 * KiB on AVX2, stays in the nearest caches while all rows pass by; between two blocks the sums rest in C. B is packed
 * once into a buffer that all threads read, at most 2048 columns and so 2 MiB at a time. Rows go to the threads in
 * blocks of at least 64, and each thread copies its own part of A. A product of 64 rows or less is cut into blocks of
 * columns in their place.
 *
 * <p><b>Two threads</b> do without all that: the larger side of C is cut in two, and each thread does its half as if it
 * were alone, with copies of its own. They meet once and not at every block of B, and nothing that one has copied
 * travels to the other. {@code ./handgrad bench threads} shows what that gains. More threads would each copy too much.
 *
 * <p><b>Transposed products.</b> On AVX2 some products of A Bᵀ and Aᵀ B are computed as Cᵀ, because then the copies
 * cost less: {@code TransposedProduct} says which.
 *
 * <p><b>OpenBLAS.</b> By default it gets small products on AVX-512, where it has kernels that copy nothing, and those
 * with so few columns that the vectors of the Java kernel stay half empty. A large product stays in Java: one thread is
 * about as fast there, and the threads share it, while calls of OpenBLAS before 0.3.34 must take turns and hold off the
 * garbage collector. On AVX2 nothing goes to OpenBLAS by default. {@code ./handgrad doctor --calibrate} measures the
 * machine and may find otherwise.
 *
 * <p><b>Bits.</b> An element of C begins with what C holds, or with nothing. For each block of k the products are added
 * in order, by fused multiply-adds where the CPU has them, and their sum is added to C. That is the same in any tile,
 * at the edge, for any vector width, and however rows and columns are split over threads. OpenBLAS adds in its own
 * order; the route never looks at the number of threads, so the bits do not depend on it there either.
 *
 * <p><b>Trade-off.</b> A vector at the edge costs as much as a full one, so fewer columns than a vector has waste part
 * of the work, and a single column nearly all. To copy an element of A or B costs some multiply-adds.
 */
package handgrad.kernel.matmul;

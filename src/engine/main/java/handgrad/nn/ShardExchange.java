package handgrad.nn;

/** Gives numbers of each shard to every rank; with them each rank says whether it has failed. */
final class ShardExchange {
    private final Collective ranks;
    private final ShardTree tree;

    ShardExchange(Collective ranks, ShardTree tree) {
        this.ranks = ranks;
        this.tree = tree;
    }

    /**
     * Does the work of this rank, then gives the numbers of its shards to all.
     *
     * @param numbers (shards, any length): those of this rank's shards are written by the work, the others by this
     * @throws RankFailedException if there are several ranks and the work of one has failed
     */
    void exchange(double[][] numbers, Runnable work) {
        if (ranks.size() == 1) {
            work.run();
            return;
        }
        int length = numbers[0].length;
        int given = 1 + tree.most() * length;
        try {
            work.run();
        } catch (RuntimeException | Error failure) {
            throw Agreement.fail(ranks, given, failure);
        }
        double[] own = new double[given];
        for (int shard = tree.first(ranks.rank()); shard < tree.first(ranks.rank() + 1); shard++) {
            System.arraycopy(numbers[shard], 0, own, 1 + (shard - tree.first(ranks.rank())) * length, length);
        }
        double[] all = new double[ranks.size() * given];
        Agreement.agree(ranks, own, all);
        for (int rank = 0; rank < ranks.size(); rank++) {
            for (int shard = tree.first(rank); shard < tree.first(rank + 1); shard++) {
                System.arraycopy(
                        all, rank * given + 1 + (shard - tree.first(rank)) * length, numbers[shard], 0, length);
            }
        }
    }
}

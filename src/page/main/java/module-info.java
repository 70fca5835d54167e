import org.jspecify.annotations.NullMarked;

/** Pages of charts and tables: one file that opens offline, or served live to this machine. */
@NullMarked
module handgrad.page {
    requires static org.jspecify;
    requires tools.jackson.core;

    exports handgrad.page;
}

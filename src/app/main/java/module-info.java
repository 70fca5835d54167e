import org.jspecify.annotations.NullMarked;

/** The command line: training, exercises, diagrams and studies. */
@NullMarked
module handgrad.app {
    requires static org.jspecify;
    requires de.siegmar.fastcsv;
    requires handgrad;
    requires handgrad.models;
    requires handgrad.mpi;
    requires handgrad.page;
    requires hipparchus.core;
    requires hipparchus.optim;
    requires info.picocli;
    requires java.desktop;
    requires java.logging;
    requires jdk.compiler;
    requires jdk.jshell;
    requires jdk.unsupported;
    requires java.management;
    requires jtokkit;
    requires me.tongfei.progressbar;
    requires org.jline.terminal;
    requires tools.jackson.core;

    // For the diagram alone. The launcher puts them on the module path for its command only: most are automatic modules
    // in signed jars, and the JVM reads every one of those at every start.
    requires static com.google.common;
    requires static org.apache.commons.logging;
    requires static org.apache.fontbox;
    requires static org.apache.pdfbox;
    requires static org.apache.pdfbox.io;
    requires static org.eclipse.elk.alg.layered;
    requires static org.eclipse.elk.core;
    requires static org.eclipse.elk.graph;
    requires static org.eclipse.emf.common;
    requires static org.eclipse.emf.ecore;

    opens handgrad.app to
            info.picocli;
    opens handgrad.app.audio to
            info.picocli;
    opens handgrad.app.command to
            info.picocli;
    opens handgrad.app.diagram to
            info.picocli;
    opens handgrad.app.exercise to
            info.picocli;
    opens handgrad.app.gpt2 to
            info.picocli;
    opens handgrad.app.image to
            info.picocli;
    opens handgrad.app.learn to
            info.picocli;
    opens handgrad.app.program to
            info.picocli;
    opens handgrad.app.sequence to
            info.picocli;
    opens handgrad.app.study to
            info.picocli;
    opens handgrad.app.study.batchnorm to
            info.picocli;
    opens handgrad.app.study.fold to
            info.picocli;
    opens handgrad.app.study.published to
            info.picocli;
    opens handgrad.app.study.puzzle to
            info.picocli;
    opens handgrad.app.study.scale to
            info.picocli;
    opens handgrad.app.study.transforms to
            info.picocli;
    opens handgrad.app.study.trigram to
            info.picocli;
    opens handgrad.app.study.zeroinit to
            info.picocli;
    opens handgrad.app.sweep to
            info.picocli;
    opens handgrad.app.train to
            info.picocli;
}

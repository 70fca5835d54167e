package handgrad.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class NormalDistributionTest {
    /** x and Φ(x), computed with 60 digits by mpmath and rounded once. */
    private static final double[][] VALUES = {
        {-38.0, 2.88542835e-316},
        {-37.5, 4.605353009581955e-308},
        {-36.9, 2.3105244811406173e-298},
        {-33.3, 1.93050550592784e-243},
        {-28.1, 4.89804236687883e-174},
        {-20.7, 1.7318518790197378e-95},
        {-15.6, 3.639706001486763e-55},
        {-11.3, 6.560899940904157e-30},
        {-9.1, 4.5165914914354566e-20},
        {-7.7, 6.803311540773961e-15},
        {-6.3, 1.4882282217623127e-10},
        {-5.2, 9.964426316933471e-08},
        {-4.4, 5.412543907703851e-06},
        {-3.7, 0.00010779973347738826},
        {-3.1, 0.0009676032132183566},
        {-2.6, 0.004661188023718749},
        {-2.2, 0.013903447513498604},
        {-1.9, 0.028716559816001807},
        {-1.6, 0.05479929169955798},
        {-1.3, 0.09680048458561033},
        {-1.1, 0.13566606094638264},
        {-0.9, 0.18406012534675947},
        {-0.7, 0.24196365222307303},
        {-0.5, 0.3085375387259869},
        {-0.3, 0.3820885778110474},
        {-0.2, 0.42074029056089696},
        {-0.1, 0.460172162722971},
        {-0.01, 0.4960106436853684},
        {-1e-05, 0.49999601057719606},
        {-1e-300, 0.5},
        {0.05, 0.5199388058383725},
        {0.4, 0.6554217416103242},
        {0.8, 0.7881446014166034},
        {1.7, 0.955434537241457},
        {2.9, 0.998134186699616},
        {4.6, 0.9999978875452975},
        {7.9, 0.9999999999999986},
        {8.5, 1.0}
    };

    @Test
    void cdf_is_within_its_stated_error() {
        for (double[] value : VALUES) {
            double error = Math.abs(NormalDistribution.cdf(value[0]) - value[1]) / Math.ulp(value[1]);
            assertThat(error).as("ulp at %s", value[0]).isLessThanOrEqualTo(3);
        }
    }

    @Test
    void cdf_of_special_values() {
        assertThat(NormalDistribution.cdf(0)).isEqualTo(0.5);
        assertThat(NormalDistribution.cdf(-0.0)).isEqualTo(0.5);
        assertThat(NormalDistribution.cdf(Double.POSITIVE_INFINITY)).isEqualTo(1);
        assertThat(NormalDistribution.cdf(Double.NEGATIVE_INFINITY)).isZero();
        assertThat(NormalDistribution.cdf(Double.NaN)).isNaN();
        assertThat(NormalDistribution.cdf(Double.MAX_VALUE)).isEqualTo(1);
        assertThat(NormalDistribution.cdf(-38.6)).isZero();
    }
}

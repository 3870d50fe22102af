namespace ConservativeAD.Optimizers.Tests;

/// <summary>The published update rules for one component, written term by term as in their sources. States start at 0.</summary>
internal static class PublishedRules
{
    public static double Momentum(int t, double x, double a, double g, double[] s, double dampening, bool nesterov)
    {
        s[0] = t == 1 ? g : (0.9 * s[0]) + ((1 - dampening) * g);
        return x - (a * (nesterov ? g + (0.9 * s[0]) : s[0]));
    }

    public static double Adam(int t, double x, double a, double g, double[] s)
    {
        s[0] = (0.9 * s[0]) + (0.1 * g);
        s[1] = (0.999 * s[1]) + (0.001 * g * g);
        return x - (a / (1 - Math.Pow(0.9, t)) * s[0] / (Math.Sqrt(s[1] / (1 - Math.Pow(0.999, t))) + 1e-8));
    }

    public static double RmsProp(double x, double a, double g, double[] s, double momentum, bool centred)
    {
        s[0] = (0.99 * s[0]) + (0.01 * g * g);
        s[1] = (0.99 * s[1]) + (0.01 * g);
        double q = g / (Math.Sqrt(centred ? Math.Max(0, s[0] - (s[1] * s[1])) : s[0]) + 1e-8);
        s[2] = (momentum * s[2]) + q;
        return x - (a * s[2]);
    }

    public static double Adagrad(int t, double x, double a, double g, double[] s)
    {
        s[0] = (t == 1 ? 0.1 : s[0]) + (g * g);
        return x - (a / (1 + ((t - 1) * 0.02)) * g / (Math.Sqrt(s[0]) + 1e-10));
    }

    public static double Adadelta(double x, double a, double g, double[] s)
    {
        s[0] = (0.9 * s[0]) + (0.1 * g * g);
        double d = Math.Sqrt(s[1] + 1e-6) / Math.Sqrt(s[0] + 1e-6) * g;
        s[1] = (0.9 * s[1]) + (0.1 * d * d);
        return x - (a * d);
    }

    public static double Adamax(int t, double x, double a, double g, double[] s)
    {
        s[0] = (0.9 * s[0]) + (0.1 * g);
        s[1] = Math.Max(0.999 * s[1], Math.Abs(g) + 1e-8);
        return x - (a / (1 - Math.Pow(0.9, t)) * s[0] / s[1]);
    }

    public static double NAdam(int t, double x, double a, double g, double[] s, double decay)
    {
        double psi = decay == 0 ? 0.004 : decay;
        double now = 0.9 * (1 - (0.5 * Math.Pow(0.96, t * psi))), next = 0.9 * (1 - (0.5 * Math.Pow(0.96, (t + 1) * psi)));
        double product = s[2] = (t == 1 ? 1 : s[2]) * now;
        s[0] = (0.9 * s[0]) + (0.1 * g);
        s[1] = (0.999 * s[1]) + (0.001 * g * g);
        double root = Math.Sqrt(s[1] / (1 - Math.Pow(0.999, t))) + 1e-8;
        x -= a * (1 - now) / (1 - product) * g / root;
        return x - (a * next / (1 - (product * next)) * s[0] / root);
    }

    public static double AmsGrad(int t, double x, double a, double g, double[] s)
    {
        s[0] = (0.9 * s[0]) + (0.1 * g);
        s[1] = (0.9 * s[1]) + (0.1 * g * g);
        s[2] = Math.Max(s[2], s[1]);
        return x - (a / (1 - Math.Pow(0.9, t)) * s[0] / ((Math.Sqrt(s[2]) / Math.Sqrt(1 - Math.Pow(0.9, t))) + 1e-8));
    }

    public static double Rprop(int t, double x, double a, double g, double[] s)
    {
        double size = t == 1 ? a : s[1];
        int agreement = Math.Sign(g) * Math.Sign(s[0]);
        s[1] = Math.Clamp(size * (agreement > 0 ? 1.2 : agreement < 0 ? 0.5 : 1), 1e-6, 50);
        s[0] = agreement < 0 ? 0 : g;
        return x - (s[1] * Math.Sign(s[0]));
    }

    public static double AveragedSgd(int t, double x, double a, double g, double[] s)
    {
        double eta = a / Math.Pow(1 + (0.01 * a * (t - 1)), 0.75);
        double next = (x * (1 - (0.01 * eta))) - (eta * g);
        s[0] += (next - s[0]) / Math.Max(1, t - 1 - 10);
        return next;
    }

    public static double Lion(double x, double a, double g, double[] s)
    {
        double c = (0.9 * s[0]) + (0.1 * g);
        s[0] = (0.99 * s[0]) + (0.01 * g);
        return x - (a * Math.Sign(c));
    }

    public static double RAdam(int t, double x, double a, double g, double[] s)
    {
        s[0] = (0.9 * s[0]) + (0.1 * g);
        s[1] = (0.999 * s[1]) + (0.001 * g * g);
        double mean = s[0] / (1 - Math.Pow(0.9, t)), longest = (2 / (1 - 0.999)) - 1, power = Math.Pow(0.999, t);
        double length = longest - (2 * t * power / (1 - power));
        if (length <= 5)
            return x - (a * mean);
        double r = Math.Sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
        return x - (a * mean * r * Math.Sqrt(1 - power) / (Math.Sqrt(s[1]) + 1e-8));
    }

    public static double Adan(int t, double x, double a, double g, double[] s)
    {
        double difference = t == 1 ? 0 : g - s[3], ahead = g + (0.92 * difference);
        s[0] = (0.98 * s[0]) + (0.02 * g);
        s[1] = (0.92 * s[1]) + (0.08 * difference);
        s[2] = (0.99 * s[2]) + (0.01 * ahead * ahead);
        s[3] = g;
        double root = Math.Sqrt(s[2] / (1 - Math.Pow(0.99, t))) + 1e-8;
        return (x - (a * ((s[0] / (1 - Math.Pow(0.98, t))) + (0.92 * s[1] / (1 - Math.Pow(0.92, t)))) / root)) / (1 + (a * 0.02));
    }

    public static double Ftrl(int t, double x, double a, double g, double[] s, double power, double offset)
    {
        double before = t == 1 ? 0.1 : s[0], after = before + (g * g);
        s[1] += g + (2 * 0.005 * x) - ((Math.Pow(after, power) - Math.Pow(before, power)) / a * x);
        s[0] = after;
        double curvature = ((Math.Pow(after, power) + offset) / a) + (2 * 0.02);
        return Math.Abs(s[1]) <= 0.01 ? 0 : ((Math.Sign(s[1]) * 0.01) - s[1]) / curvature;
    }

    public static double Inna(int t, double x, double a, double g, double[] s)
    {
        if (t == 1)
            s[0] = (1 - (0.5 * 0.1)) * x;
        double phi = ((0.5 - (1 / 0.1)) * x) + (s[0] / 0.1);
        s[0] -= a * phi;
        return x - (a * (phi + (0.1 * g)));
    }

    public static double InnaProp(int t, double x, double a, double g, double[] s)
    {
        if (t == 1)
            s[0] = (1 - (0.1 * 0.9)) * x;
        x *= 1 - (a * 0.01);
        s[1] = (0.999 * s[1]) + (0.001 * g * g);
        s[0] = ((1 - (a / 0.9)) * s[0]) + (a * ((1 / 0.9) - 0.1) * x);
        return ((1 + (a * (1 - (0.1 * 0.9)) / (0.9 - a))) * x) - (a / (0.9 - a) * s[0]) - (a * 0.9 * g / (Math.Sqrt(s[1] / (1 - Math.Pow(0.999, t))) + 1e-8));
    }
}

namespace ConservativeAD.Explorer.Formulas;

/// <summary>A function that formulas can use.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Usage">How it is called, for lists and messages.</param>
/// <param name="Fewest">The smallest number of arguments.</param>
/// <param name="Most">The largest number of arguments.</param>
/// <param name="Build">Makes the node from the arguments.</param>
internal sealed record FormulaFunction(string Name, string Usage, int Fewest, int Most, Func<FormulaNode[], FormulaNode> Build);

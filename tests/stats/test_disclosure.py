"""Which cells of a personal breakdown are hidden."""

from incubator.stats.funnel.disclosure import hidden_cells


def test_a_count_under_five_is_hidden_and_five_is_not() -> None:
    assert hidden_cells([[5], [4], [0], [9]]) == {(1, 0), (2, 0)}


def test_one_hidden_cell_of_a_column_takes_the_smallest_other_with_it() -> None:
    assert hidden_cells([[20], [3], [8]]) == {(1, 0), (2, 0)}


def test_nothing_is_hidden_where_all_counts_are_large() -> None:
    assert hidden_cells([[20, 6], [9, 5]], sums=[[0, 1]]) == set()


def test_in_a_stock_a_row_with_one_hidden_cell_loses_another_and_then_its_column_does() -> None:
    counts = [[30, 3, 12], [40, 4, 50], [20, 60, 70]]
    hidden = hidden_cells(counts, sums=[[0, 1, 2]])
    assert {(0, 1), (1, 1)} <= hidden
    assert (0, 2) in hidden
    for line in [*zip(*[[(r, c) for c in range(3)] for r in range(3)], strict=True)]:
        assert len([cell for cell in line if cell in hidden]) != 1


def test_in_a_flow_rows_do_not_add_up_and_are_left_alone() -> None:
    assert hidden_cells([[30, 3], [40, 4]]) == {(0, 1), (1, 1)}


def test_columns_that_do_not_add_up_with_others_are_left_alone() -> None:
    assert hidden_cells([[30, 3, 12], [40, 4, 50]], sums=[[0], [2]]) == {(0, 1), (1, 1)}


def test_a_share_of_a_hidden_count_is_hidden_with_it() -> None:
    """The third group is hidden for the second one's sake, and so is what would tell how many it has."""
    counts = [[20, 2], [3, 0], [8, 8]]
    assert hidden_cells(counts) == {(1, 0), (2, 0), (0, 1), (1, 1)}
    assert (2, 1) in hidden_cells(counts, bases={1: 0})

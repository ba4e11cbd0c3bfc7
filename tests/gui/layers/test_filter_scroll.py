"""Where the table stands after rows were hidden and shown again."""


def test_that_the_layer_on_show_is_in_view_again_when_the_filter_is_cleared(
    filled, workbench, demo_model
):
    last = demo_model.layers[-1].name
    filled.resize(500, 320)
    workbench.select((last,), last)
    filled.filter_bar.field.setText(last)
    filled.filter_bar.field.clear()
    place = filled.proxy.index(filled.proxy.place(last), 0)
    assert filled.table.viewport().rect().contains(filled.table.visualRect(place).center())

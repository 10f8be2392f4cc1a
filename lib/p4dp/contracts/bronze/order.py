"""Raw orders for care by others."""

from p4dp.contracts.bronze.base import bronze, raw

TABLE = bronze(
    "order",
    "One order for biology, imaging, nursing or physiotherapy, as delivered.",
    raw("encounter_record_id", "id", "The practice's number of the encounter."),
    raw("ordered_on", "date", "Day of the order."),
    raw("kind", "flag", "Biology, imaging, nursing, physiotherapy, in the software's words."),
    raw("code_system", "code", "Code system, in the software's words."),
    raw("code", "code", "What was ordered."),
    texts={"order_text": "the order in the doctor's words"},
)

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "onedoor.platform.knowledge"
    label = "knowledge"
    verbose_name = "政策与问答"

    def ready(self) -> None:
        from onedoor.platform.kernel import tasks
        from onedoor.platform.knowledge import indexing, listeners
        from onedoor.platform.knowledge.operations import conversations, entries

        listeners.listen()
        tasks.every(600, "knowledge.flag_ended", entries.flag_ended_entries)
        tasks.every(600, "knowledge.fill_empty_index", indexing.fill_empty)
        tasks.every(86400, "knowledge.forget", conversations.forget_conversations)

/** Operations in the words of the office, for the permission matrix. */

export interface OperationGroup {
  label: string
  operations: { code: string; label: string }[]
}

export const operationGroups: OperationGroup[] = [
  {
    label: '农户',
    operations: [
      { code: 'household.read', label: '查看农户档案' },
      { code: 'household.change', label: '登记农户变动' },
      { code: 'household.reveal', label: '查看完整证件号和电话' },
      { code: 'household.hand_over', label: '移交农户、登记整户迁出' },
    ],
  },
  {
    label: '线索',
    operations: [
      { code: 'lead.read', label: '查看线索' },
      { code: 'lead.register', label: '登记线索' },
      { code: 'lead.conclude', label: '办结线索' },
      { code: 'lead.correct', label: '更正线索发现日期' },
      { code: 'complaint.handle', label: '办理干部问题反映' },
    ],
  },
  {
    label: '识别认定',
    operations: [
      { code: 'casefile.read', label: '查看识别认定事项' },
      { code: 'casefile.verify_home', label: '入户核实' },
      { code: 'casefile.sign_letter', label: '签订承诺授权书' },
      { code: 'casefile.cross_check_request', label: '提交信息比对' },
      { code: 'casefile.cross_check_resolve', label: '核实比对疑点' },
      { code: 'casefile.cross_check_township', label: '转报信息比对（乡）' },
      { code: 'casefile.cross_check_county', label: '反馈信息比对（县）' },
      { code: 'casefile.appraise', label: '民主评议' },
      { code: 'casefile.review', label: '乡镇审核' },
      { code: 'casefile.decide', label: '县级认定' },
      { code: 'casefile.acknowledge', label: '签收认定结果' },
      { code: 'casefile.announce', label: '结果公告' },
      { code: 'casefile.archive', label: '录入建档' },
      { code: 'casefile.end', label: '依法终止' },
      { code: 'casefile.request_correction', label: '申请更正' },
      { code: 'casefile.approve_correction', label: '审批更正' },
    ],
  },
  {
    label: '公示与异议',
    operations: [
      { code: 'notice.read', label: '查看公示' },
      { code: 'casefile.post_notice', label: '张贴公示' },
      { code: 'objection.register', label: '登记异议' },
      { code: 'objection.answer', label: '答复异议' },
    ],
  },
  {
    label: '名单',
    operations: [
      { code: 'submission_list.read', label: '查看名单' },
      { code: 'submission_list.submit', label: '拟定和报送名单' },
      { code: 'submission_list.receive', label: '接收和答复名单' },
    ],
  },
  {
    label: '文书',
    operations: [
      { code: 'paper.read', label: '下载和打印文书' },
      { code: 'name_protection.request', label: '提出公示用名' },
      { code: 'name_protection.decide', label: '批准公示用名' },
      { code: 'paper_template.manage', label: '管理本县文书模板' },
    ],
  },
  {
    label: '数据',
    operations: [
      { code: 'import.run', label: '导入数据' },
      { code: 'export.run', label: '导出数据' },
      { code: 'export.list', label: '导出清单' },
      { code: 'attachment.add', label: '上传附件' },
      { code: 'attachment.read', label: '查看附件原件' },
    ],
  },
  {
    label: '监督',
    operations: [
      { code: 'supervision.read', label: '查看监督统计' },
      { code: 'duplicate.close', label: '核实重复证件号' },
      { code: 'supervision.open', label: '说明事由后查看事项' },
    ],
  },
  {
    label: '监测范围',
    operations: [
      { code: 'monitoring_line.read', label: '查看监测范围' },
      { code: 'monitoring_line.draft', label: '起草监测范围' },
      { code: 'monitoring_line.review', label: '研判监测范围' },
      { code: 'monitoring_line.approve', label: '批准监测范围' },
      { code: 'monitoring_line.publish', label: '印发监测范围' },
      { code: 'monitoring_line.acknowledge', label: '签收监测范围' },
    ],
  },
  {
    label: '政策与管理',
    operations: [
      { code: 'policy.read', label: '查看政策包' },
      { code: 'policy.put_in_force', label: '启用政策包' },
      { code: 'account.read', label: '查看账户' },
      { code: 'account.manage', label: '管理账户' },
      { code: 'role.read', label: '查看岗位权限' },
      { code: 'role.grant', label: '批准和收回岗位' },
      { code: 'grid.manage', label: '管理网格' },
      { code: 'audit.read', label: '查看审计' },
      { code: 'audit.verify', label: '校验审计链' },
    ],
  },
]
